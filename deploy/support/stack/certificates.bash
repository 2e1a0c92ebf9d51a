# A certificate authority of the stack's own, and the certificates that it issues. Its key never leaves the folder.

certificates_needs=(openssl)

# lasts PATH: whether a certificate is there and good for another week.
lasts() { [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 604800 >/dev/null 2>&1; }

certificate_authority() {
    local at=$folder/certificates
    mkdir -p -m 700 "$at"
    lasts "$at/ca.crt" && return
    rm -f "$at"/*
    (
        umask 077
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 365 \
            -subj "/CN=webhook2fedmsg stack" -keyout "$at/ca.key" -out "$at/ca.crt" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    )
}

# certificate NAME COMMON-NAME serverAuth|clientAuth [SUBJECT-ALTERNATIVE-NAMES]: NAME.crt and NAME.key
certificate() {
    local at=$folder/certificates name=$1 common_name=$2 usage=$3 names=${4:-} extensions
    certificate_authority
    lasts "$at/$name.crt" && return
    extensions="basicConstraints=CA:FALSE
keyUsage=digitalSignature
extendedKeyUsage=$usage
authorityKeyIdentifier=keyid
${names:+subjectAltName=$names}"
    (
        umask 077
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=$common_name" \
            -keyout "$at/$name.key" -out "$at/$name.csr" 2>/dev/null
        openssl x509 -req -sha256 -days 365 -in "$at/$name.csr" -CA "$at/ca.crt" -CAkey "$at/ca.key" -CAcreateserial \
            -out "$at/$name.crt" -extfile <(printf '%s\n' "$extensions") 2>/dev/null
        rm -f "$at/$name.csr"
    )
    changed=yes
}

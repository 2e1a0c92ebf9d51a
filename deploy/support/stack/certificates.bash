# A certificate authority of the stack's own, and the certificates that it issues. Its key never leaves the folder.

certificates_needs=(openssl)

# lasts PATH: whether a certificate is there and good for another week.
lasts() { [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 604800 >/dev/null 2>&1; }

certificate_authority() {
    local at=$folder/certificates
    mkdir -p "$at"
    chmod 700 "$at"
    lasts "$at/ca.crt" && return
    rm -f "$at"/*
    (
        umask 077
        logged certificates openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 365 \
            -subj "/CN=webhook2fedmsg stack" -keyout "$at/ca.key" -out "$at/ca.crt" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    )
}

# certificate PART NAME COMMON-NAME serverAuth|clientAuth [SUBJECT-ALTERNATIVE-NAMES]: NAME.crt and NAME.key, which PART
# (or nobody) reads at its start
certificate() {
    local at=$folder/certificates part=$1 name=$2 common_name=$3 usage=$4 names=${5:-} extensions
    certificate_authority
    lasts "$at/$name.crt" && return
    extensions="basicConstraints=CA:FALSE
keyUsage=digitalSignature
extendedKeyUsage=$usage
authorityKeyIdentifier=keyid
${names:+subjectAltName=$names}"
    (
        umask 077
        logged certificates openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=$common_name" \
            -keyout "$at/$name.key" -out "$at/$name.csr"
        logged certificates openssl x509 -req -sha256 -days 365 -in "$at/$name.csr" -CA "$at/ca.crt" \
            -CAkey "$at/ca.key" -CAcreateserial -out "$at/$name.crt" -extfile <(printf '%s\n' "$extensions")
        rm -f "$at/$name.csr"
    )
    has_changed "$part"
}

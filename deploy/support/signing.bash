# Signs a webhook as the services do.

# HMAC-SHA-256 of standard input in hex (RFC 2104), with the key in a variable: in a command's arguments all users see it.
hmac_sha256() {
    local key=$1 inner='' outer='' position code escape
    [ ${#key} -le 64 ] || { echo "The secret is longer than this script can sign with." >&2; return 1; }
    for ((position = 0; position < 64; position++)); do
        code=0
        [ "$position" -ge ${#key} ] || printf -v code '%d' "'${key:position:1}"
        printf -v escape '\\x%02x' $((code ^ 0x36)) && inner+=$escape
        printf -v escape '\\x%02x' $((code ^ 0x5c)) && outer+=$escape
    done
    { printf '%b' "$outer"; { printf '%b' "$inner"; cat; } | openssl dgst -sha256 -binary; } |
        openssl dgst -sha256 -r | cut -d' ' -f1
}

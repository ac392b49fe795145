#!/bin/sh
# Makes the files in this folder anew: one key and certificate in the forms
# that other programs give them. Needs OpenSSL 3 with its legacy provider, and
# keytool (any JDK). The passphrase of every encrypted file is "correct horse",
# but for empty-passphrase.p12. The keys protect nothing.
set -eu
cd "$(dirname "$0")"
rm -f ./*.key ./*.pem ./*.p12 ./*.crt ./*.jks
pass="pass:correct horse"

openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out key.pem
openssl req -x509 -key key.pem -days 36500 -subj /CN=fixture -out cert.pem \
	-addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=clientAuth

# Encrypted PKCS#8 (RFC 5958): forms that are read …
pkcs8() { out=$1; shift; openssl pkcs8 -topk8 -in key.pem -passout "$pass" "$@" -out "$out"; }
pkcs8 aes256.key -v2 aes-256-cbc
pkcs8 aes128-sha1.key -v2 aes-128-cbc -v2prf hmacWithSHA1
pkcs8 des3.key -v2 des3
pkcs8 scrypt.key -v2 aes-256-cbc -scrypt
# … and forms that are refused.
pkcs8 sha512.key -v2 aes-256-cbc -v2prf hmacWithSHA512
pkcs8 camellia.key -v2 camellia-256-cbc
pkcs8 pbes1.key -v1 PBE-SHA1-3DES -provider legacy -provider default
openssl ec -in key.pem -aes256 -passout "$pass" -out legacy.key # RFC 1421

# Algorithms that TLS has no use for.
openssl genpkey -algorithm ed448 -out ed448.key
openssl ecparam -name secp256k1 -genkey -noout -out secp256k1.key

# Authorities that crypto/x509 refuses, and OpenSSL's trust settings.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -days 36500 -subj /O=Old/CN=negative -set_serial -5 -out odd-serial.crt
openssl req -x509 -key secp256k1.key -days 36500 -subj /CN=curve -out odd-curve.crt
openssl x509 -in cert.pem -trustout -setalias fixture -out trusted.crt
openssl x509 -in cert.pem -addtrust serverAuth -out trusted-servers.crt
openssl x509 -in cert.pem -addtrust emailProtection -out trusted-mail.crt
openssl x509 -in cert.pem -addreject serverAuth -setalias old -out rejected.crt

# PKCS#12 (RFC 7292).
p12() { out=$1; shift; openssl pkcs12 -export -in cert.pem -inkey key.pem -out "$out" "$@"; }
p12 new.p12 -passout "$pass"
p12 old.p12 -passout "$pass" -legacy # RC2, 3DES, SHA-1
p12 sha512mac.p12 -passout "$pass" -macalg sha512
p12 camellia.p12 -passout "$pass" -keypbe camellia-256-cbc -certpbe camellia-256-cbc
p12 empty-passphrase.p12 -passout pass:
p12 nomac.p12 -passout "$pass" -nomac
openssl pkcs12 -export -in cert.pem -inkey key.pem -out bare.p12 -passout pass: -keypbe NONE -certpbe NONE -nomac
openssl pkcs12 -export -nocerts -inkey key.pem -out nocert.p12 -passout "$pass"
openssl req -x509 -key ed448.key -days 36500 -subj /CN=fixture -out ed448.pem
openssl pkcs12 -export -in ed448.pem -inkey ed448.key -out ed448.p12 -passout "$pass"
rm ed448.pem
keytool -importkeystore -noprompt -srckeystore new.p12 -srcstorepass "correct horse" \
	-destkeystore keytool.p12 -deststoretype PKCS12 -deststorepass "correct horse"

# Two identities in one key store.
keytool -importkeystore -noprompt -srckeystore new.p12 -srcstorepass "correct horse" -srcalias 1 -destalias old \
	-destkeystore two.p12 -deststoretype PKCS12 -deststorepass "correct horse"
keytool -genkeypair -alias new -keyalg EC -dname CN=second,O=Two -validity 36500 -keystore two.p12 -storepass "correct horse"

# A key store as it grows over the years: an identity that has expired and its
# successor with the same subject, others with other kinds of keys, one of a
# kind that TLS has no use for, an authority, and a secret key.
store() {
	out=$1; shift
	jkey() { keytool -genkeypair -keystore "$out" -storetype PKCS12 -storepass "correct horse" "$@"; }
	jkey -alias "scanner 2020" -keyalg EC -groupname secp256r1 -dname CN=scanner -startdate "2020/01/01 00:00:00" -validity 366 "$@"
	jkey -alias scanner -keyalg EC -groupname secp256r1 -dname CN=scanner -validity 36500 "$@"
	jkey -alias "Отчёты" -keyalg RSA -keysize 2048 -dname "CN=reports,O=Example" -validity 36500 "$@"
	jkey -alias edwards -keyalg Ed25519 -dname CN=edwards -validity 36500 "$@"
	jkey -alias ed448 -keyalg Ed448 -dname CN=ed448 -validity 36500 "$@"
	keytool -importcert -noprompt -alias authority -file cert.pem -keystore "$out" -storepass "correct horse" "$@"
	keytool -genseckey -alias secret -keyalg AES -keysize 128 -keystore "$out" -storepass "correct horse" "$@"
}
store many.p12
store many-legacy.p12 -J-Dkeystore.pkcs12.macAlgorithm=HmacPBESHA1 -J-Dkeystore.pkcs12.macIterationCount=2048 \
	-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithSHA1AndRC2_40 -J-Dkeystore.pkcs12.certPbeIterationCount=2048 \
	-J-Dkeystore.pkcs12.keyProtectionAlgorithm=PBEWithSHA1AndDESede -J-Dkeystore.pkcs12.keyPbeIterationCount=2048
store many-nomac.p12 -J-Dkeystore.pkcs12.macAlgorithm=NONE

keytool -genkeypair -alias old -keyalg EC -groupname secp256r1 -dname CN=old -validity 36500 -keystore old.jks -storetype JKS -storepass "correct horse"

# A certificate that crypto/x509 refuses, beside an identity and as one.
openssl pkcs12 -export -in cert.pem -inkey key.pem -certfile odd-serial.crt -name good -out odd-chain.p12 -passout "$pass"
openssl req -x509 -key key.pem -days 36500 -subj /CN=odd -set_serial -5 -out odd-leaf.pem
openssl pkcs12 -export -in odd-leaf.pem -inkey key.pem -name odd -out odd-leaf.p12 -passout "$pass"
rm odd-leaf.pem

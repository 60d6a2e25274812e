//! The certificate authorities that are trusted: the same as under the models of Python.

use std::{
    env,
    sync::{Arc, LazyLock},
};

use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Reads the certificates, once in each process.
static TLS: LazyLock<TlsConfig> = LazyLock::new(|| {
    let mut found = load_native_certs().certs;
    // As OpenSSL does, which Python uses: a file of the user's replaces the file of the system, but not its directory.
    if env::var_os("SSL_CERT_FILE").is_some() && env::var_os("SSL_CERT_DIR").is_none() {
        for directory in openssl_probe::candidate_cert_dirs() {
            found.extend(load_certs_from_paths(None, Some(directory)).certs);
        }
    }
    let authorities = found
        .iter()
        .map(|found| Certificate::from_der(found).to_owned());
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(authorities))
        .build()
});

/// How a secure connection to this address is made; the authorities are not read for an address without one.
pub fn tls_for(address: &str) -> TlsConfig {
    let scheme = address.get(.."https:".len()).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("https:") {
        TLS.clone()
    } else {
        TlsConfig::default()
    }
}

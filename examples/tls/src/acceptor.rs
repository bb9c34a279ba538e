//! The certificate of a TLS server on this machine.

use std::error::Error;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::TLS13;

/// Makes an acceptor of TLS 1.3 connections to `localhost`. Returns it, and the certificate of its authority in DER.
pub fn acceptor() -> Result<(TlsAcceptor, Vec<u8>), Box<dyn Error>> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
    let mut parameters = CertificateParams::new(["localhost".to_string()])?;
    let name = &mut parameters.distinguished_name;
    name.push(DnType::CommonName, "localhost");
    let key = KeyPair::generate()?;
    let certificate = parameters.signed_by(&key, &authority)?;

    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_protocol_versions(&[&TLS13])
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Ok((acceptor, authority.der().to_vec()))
}

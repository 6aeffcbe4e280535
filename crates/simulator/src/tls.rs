//! What the TLS listener shows its callers: a certificate made at the start, or one that the caller gives.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

/// The names that a certificate made at the start is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A second listener that speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it shows.
    pub certificate: TlsCertificate,
}

/// The certificate of the TLS listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsCertificate {
    /// Made at the start for `localhost`, `127.0.0.1` and `::1`, self-signed, with a new key each time.
    ///
    /// It has no end to speak of, because callers check it by their own clocks, which the simulator does not move.
    Generated,
    /// PEM files: the chain, the listener's own certificate first, and its private key.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// The key of its first certificate.
        key: PathBuf,
    },
}

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} is no PEM file with {expected}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// What is wrong in it.
        source: pem::Error,
    },
    /// The chain is empty, or the key is not that of its first certificate.
    #[error("certificate and key cannot be used")]
    Unusable(#[from] rustls::Error),
    /// No certificate could be made.
    #[error("no certificate could be made")]
    Generate(#[from] rcgen::Error),
}

/// A listener's identity, ready for use.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// The chain, for callers that are to trust it.
    pub(crate) pem: String,
}

/// Makes or reads the certificate. HTTP/2 and HTTP/1.1 are offered by ALPN (RFC 7301), in this order.
pub(crate) async fn identity(certificate: &TlsCertificate) -> Result<Identity, TlsError> {
    let (pem, chain, key) = match certificate {
        TlsCertificate::Generated => generated()?,
        TlsCertificate::Files { certificate, key } => from_files(certificate, key).await?,
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Ok(Identity { acceptor, pem })
}

type Parts = (String, Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn generated() -> Result<Parts, TlsError> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(NAMES.map(str::to_owned))?;
    Ok((cert.pem(), vec![cert.der().clone()], signing_key.into()))
}

async fn from_files(certificate: &PathBuf, key: &PathBuf) -> Result<Parts, TlsError> {
    let pem = read(certificate).await?;
    let wrong = |path: &PathBuf, expected| {
        let path = path.clone();
        move |source| TlsError::Pem {
            path,
            expected,
            source,
        }
    };
    let chain = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(wrong(certificate, "certificates"))?;
    let key =
        PrivateKeyDer::from_pem_slice(read(key).await?.as_bytes()).map_err(wrong(key, "a private key"))?;
    Ok((pem, chain, key))
}

async fn read(path: &PathBuf) -> Result<String, TlsError> {
    tokio::fs::read_to_string(path)
        .await
        .map_err(|source| TlsError::Read {
            path: path.clone(),
            source,
        })
}

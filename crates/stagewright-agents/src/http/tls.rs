//! Which certificates are believed, and what is wrong with those that are not.
//!
//! The machine's own trust is used, as other programs do: `SSL_CERT_FILE` and
//! `SSL_CERT_DIR` where they are set, else the store of the system. There is no switch
//! to believe everything.

use super::failure::{self, Failure};
use crate::environment::Environment;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long a server has for its part of the handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// What an untrusted certificate's owner, or who calls him, can do.
const TRUST_HINT: &str = "add its authority to the system's trust store, or name a PEM file with \
                          SSL_CERT_FILE";

/// The settings of TLS, made when they are first needed: reading the system's
/// certificates takes a while, and few runs need them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls {
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Tls {
    /// Makes a connection private and checks who is at its other end.
    ///
    /// # Errors
    /// When the certificate is not believed (not repeated: it will not be believed the
    /// next time either), or the handshake failed.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        name: &str,
        own: &Environment,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let config = self.config(own)?;
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| Failure::invalid(format!("`{name}` is no name for a certificate")))?;
        let connecting = TlsConnector::from(config).connect(server, stream);
        match timeout(PATIENCE, connecting).await {
            Ok(connected) => connected.map_err(|error| handshake_failed(name, &error)),
            Err(_) => Err(Failure::network(format!(
                "{name} did not answer the TLS handshake within {} s; does it speak TLS at \
                 this port?",
                PATIENCE.as_secs()
            ))),
        }
    }

    fn config(&self, own: &Environment) -> Result<Arc<ClientConfig>, Failure> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let roots = roots(own)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::invocation(format!("TLS cannot be used: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Two launches may come here at once; either's settings are the same.
        Ok(Arc::clone(self.config.get_or_init(|| Arc::new(config))))
    }
}

/// What is believed.
fn roots(own: &Environment) -> Result<RootCertStore, Failure> {
    let path = |name: &str| own.get(OsStr::new(name)).filter(|path| !path.is_empty());
    let mut roots = RootCertStore::empty();
    let (file, directory) = (path("SSL_CERT_FILE"), path("SSL_CERT_DIR"));
    if let Some(file) = file {
        let found = load_certs_from_paths(Some(Path::new(file)), None);
        believe(
            &mut roots,
            found,
            &format!(" in SSL_CERT_FILE `{}`", file.display()),
        )?;
    }
    if let Some(directory) = directory {
        let found = load_certs_from_paths(None, Some(Path::new(directory)));
        let place = format!(" in SSL_CERT_DIR `{}`", directory.display());
        match believe(&mut roots, found, &place) {
            // An empty directory beside a file is what some systems set.
            Err(_) if file.is_some() => {}
            believed => believed?,
        }
    }
    if file.is_none() && directory.is_none() {
        believe(&mut roots, load_native_certs(), "")?;
    }
    Ok(roots)
}

/// Adds what was found. A certificate that cannot be parsed is passed over, as
/// everywhere; finding none is an error, since then everybody would be a stranger.
fn believe(
    roots: &mut RootCertStore,
    found: CertificateResult,
    place: &str,
) -> Result<(), Failure> {
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added > 0 {
        return Ok(());
    }
    let why = match found.errors.first() {
        Some(error) => format!(" ({})", failure::with_causes(error)),
        None => String::new(),
    };
    Err(Failure::invocation(format!(
        "no trusted certificates were found{place}{why}; install the system's \
         `ca-certificates`, or name a PEM file with SSL_CERT_FILE"
    )))
}

fn handshake_failed(name: &str, error: &io::Error) -> Failure {
    match failure::cause::<rustls::Error>(error) {
        Some(rustls::Error::InvalidCertificate(problem)) => Failure::invocation(format!(
            "the certificate of {name} is not believed: {}",
            describe(problem)
        )),
        Some(rustls::Error::NoCertificatesPresented) => {
            Failure::invocation(format!("{name} presents no certificate"))
        }
        Some(rustls::Error::InvalidMessage(_)) => Failure::network(format!(
            "{name} does not speak TLS ({error}); is it meant to be `http`, or another port?"
        )),
        _ => Failure::network(format!(
            "the TLS handshake with {name} failed: {}",
            failure::with_causes(error)
        )),
    }
}

/// What is wrong with a certificate, in words.
fn describe(problem: &CertificateError) -> String {
    match problem {
        CertificateError::UnknownIssuer => {
            format!("nobody whom this machine trusts has signed it; {TRUST_HINT}")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; renew it, and check this machine's clock".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; check the clocks of both machines".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("{problem}; use a name that it is made for")
        }
        CertificateError::Revoked => "it was revoked".to_owned(),
        CertificateError::BadSignature => format!(
            "it is not signed by the authority that it names, although this machine knows one \
             of that name; {TRUST_HINT}"
        ),
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "it is the certificate of an authority, and so of no server; make one with \
             `basicConstraints = CA:FALSE`"
                .to_owned()
        }
        other => format!("{other}; {TRUST_HINT}"),
    }
}

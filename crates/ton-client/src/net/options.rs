//! How a remote endpoint is talked to: addresses, limits, secrets.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// A text that is never shown: keys and passwords of endpoints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Limits and ways of a connection. [`Options::default`] has the official SDK's numbers where it has any.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long one request may take beyond the time it asks the server to wait. Default 60 s (SDK: `query_timeout`).
    pub request_timeout: Duration,
    /// How long opening a connection may take. Default 10 s.
    pub connect_timeout: Duration,
    /// How long a request is tried again after temporary errors. Default 120 s (SDK: `max_reconnect_timeout`).
    pub reconnect_timeout: Duration,
    /// An endpoint that lags further behind its network is left for another one. Default 60 s (SDK: `max_latency`).
    pub max_latency: Duration,
    /// How often the lag is asked for where there is a choice. Default 60 s (SDK: `latency_detection_interval`).
    pub latency_interval: Duration,
    /// Longest answer in bytes. Default 16 MiB: an account of the largest size allowed (65 536 cells) fits.
    pub max_answer: usize,
    /// How long a fetched configuration is taken for the present one. Default 60 s.
    pub config_life: Duration,
    /// Key of the endpoints, sent in the `Authorization` header as the official SDK does: a text with a dot is a
    /// bearer token, any other one a project secret (the password of an empty user name).
    pub auth: Option<Secret>,
    /// Further headers of every request.
    pub headers: Vec<(String, Secret)>,
    /// Proxy for all requests, `http://`, `https://` with optional `user:password@`. None by default: the
    /// environment is not asked.
    pub proxy: Option<Secret>,
    /// Speak HTTP/2 at once on `http://` (JSON-RPC of some nodes). On `https://` it is agreed on by itself.
    pub http2: bool,
    /// Send queries over one WebSocket connection (GraphQL only; SDK: `queries_protocol` WS).
    pub websocket: bool,
    /// Listen to receipts of posted messages if the endpoint offers them (GraphQL only).
    pub remp: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            reconnect_timeout: Duration::from_secs(120),
            max_latency: Duration::from_secs(60),
            latency_interval: Duration::from_secs(60),
            max_answer: 16 << 20,
            config_life: Duration::from_secs(60),
            auth: None,
            headers: Vec::new(),
            proxy: None,
            http2: false,
            websocket: false,
            remp: true,
        }
    }
}

/// Why a transport cannot be made. Never shows a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadOptions {
    /// No endpoint was given.
    #[error("no endpoint is given")]
    NoEndpoint,
    /// An address that nobody can connect to.
    #[error("the endpoint is no http or https address: {0}")]
    Endpoint(&'static str),
    /// A header's name or value has characters that headers cannot have.
    #[error("header {0} cannot be sent")]
    Header(String),
    /// The proxy's address is wrong.
    #[error("the proxy's address is not usable")]
    Proxy,
    /// The system lacks what connections need, say certificates.
    #[error("connections cannot be made: {0}")]
    Client(#[source] reqwest::Error),
}

impl Options {
    /// Headers of every request, the secret ones marked so that nothing prints them.
    fn header_map(&self) -> Result<HeaderMap, BadOptions> {
        let mut map = HeaderMap::new();
        let auth = self.auth.as_ref().map(|key| ("authorization".to_owned(), Secret(authorization(key))));
        for (name, secret) in self.headers.iter().chain(&auth) {
            let bad = || BadOptions::Header(name.clone());
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
            let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| bad())?;
            value.set_sensitive(true);
            map.insert(key, value);
        }
        Ok(map)
    }

    /// A HTTP client with these options. Redirects are not followed: the key was meant for the named endpoint.
    pub(crate) fn http(&self, upgrades: bool) -> Result<reqwest::Client, BadOptions> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .default_headers(self.header_map()?)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(concat!("ton-client/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if let Some(proxy) = &self.proxy {
            let proxy = reqwest::Proxy::all(proxy.expose()).map_err(|_| BadOptions::Proxy)?;
            builder = builder.proxy(proxy);
        }
        builder = match (upgrades, self.http2) {
            (true, _) => builder.http1_only(),
            (false, true) => builder.http2_prior_knowledge(),
            (false, false) => builder,
        };
        builder.build().map_err(|error| BadOptions::Client(error.without_url()))
    }
}

/// COMPAT(sdk): the two forms of the key.
fn authorization(key: &Secret) -> String {
    use base64::Engine as _;
    let key = key.expose();
    if key.contains('.') {
        return format!("Bearer {key}");
    }
    let pair = format!(":{key}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

/// An endpoint's full address. As in the official SDK `http://` may be left out for hosts of this machine and
/// `https://` for all others; `ws://` and `wss://` mean the same hosts. `path` is added if the address has none
/// that ends with it.
pub(crate) fn endpoint(text: &str, path: &str) -> Result<Url, BadOptions> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    let here = ["localhost", "127.0.0.1", "0.0.0.0"].iter().any(|name| host.eq_ignore_ascii_case(name));
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "" if here => "http",
        "" => "https",
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        _ => return Err(BadOptions::Endpoint("its scheme is another one")),
    };
    let mut url = Url::parse(&format!("{scheme}://{rest}"))
        .map_err(|_| BadOptions::Endpoint("it is not an address"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(BadOptions::Endpoint("it names no host"));
    }
    let trimmed = url.path().trim_end_matches('/').to_owned();
    let complete = if trimmed.ends_with(path) { trimmed } else { trimmed + path };
    url.set_path(&complete);
    Ok(url)
}

/// What people may read of an address: no user, password, query or fragment.
pub(crate) fn public_name(url: &Url) -> String {
    let mut url = url.clone();
    // Both can only fail for addresses without a host, which `endpoint` refuses.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.to_string().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed_as_the_sdk_does() {
        for (given, full) in [
            ("localhost", "http://localhost/graphql"),
            ("LOCALHOST:8033", "http://localhost:8033/graphql"),
            ("0.0.0.0:8033/graphql", "http://0.0.0.0:8033/graphql"),
            ("127.0.0.1/graphql/", "http://127.0.0.1/graphql"),
            ("https://localhost", "https://localhost/graphql"),
            ("wss://far.example", "https://far.example/graphql"),
            ("far.example:8033", "https://far.example:8033/graphql"),
            ("http://far.example/api/", "http://far.example/api/graphql"),
        ] {
            assert_eq!(endpoint(given, "/graphql").unwrap().as_str(), full, "{given}");
        }
        for bad in ["", "ftp://far.example", "http://", "http://a b", "file:///etc/passwd"] {
            assert!(endpoint(bad, "/graphql").is_err(), "{bad}");
        }
        assert_eq!(endpoint("far.example/rpc", "/rpc").unwrap().as_str(), "https://far.example/rpc");
    }

    #[test]
    fn secrets_are_not_shown() {
        let url = endpoint("https://user:hunter2@far.example/x?key=hunter2#hunter2", "/graphql").unwrap();
        assert_eq!(public_name(&url), "https://far.example/x/graphql");
        let options = Options {
            auth: Some(Secret::new("hunter2")),
            headers: vec![("x-key".to_owned(), Secret::new("hunter2"))],
            proxy: Some(Secret::new("http://user:hunter2@proxy.example")),
            ..Options::default()
        };
        assert!(!format!("{options:?}").contains("hunter2"));
        assert!(!format!("{:?}", options.header_map().unwrap()).contains("hunter2"));
        assert_eq!(authorization(&Secret::new("abc")), "Basic OmFiYw==");
        assert_eq!(authorization(&Secret::new("a.b.c")), "Bearer a.b.c");
        assert!(options.http(false).is_ok() && options.http(true).is_ok());
    }

    #[test]
    fn unusable_options_are_refused_without_telling_them() {
        let header = |value: &str| {
            let headers = vec![("x-key".to_owned(), Secret::new(value))];
            Options { headers, ..Options::default() }.http(false).unwrap_err().to_string()
        };
        assert_eq!(header("hunter2\r\n"), "header x-key cannot be sent");
        let options = Options { proxy: Some(Secret::new("http://hunter2:99999999")), ..Options::default() };
        assert!(!options.http(false).unwrap_err().to_string().contains("hunter2"));
    }
}

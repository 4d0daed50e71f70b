//! Configuration in layers, and where each value comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use ton_client::net::Secret;

use super::{EMBEDDED, Place, Profile, Protocol, SE, TIMEOUT, unknown};
use crate::error::{CliError, Status};

/// The project's file, in the working directory or above.
const PROJECT_FILE: &str = "subgov.toml";
/// The user's file, in the user's directory of configurations.
const USER_FILE: &str = "subgov/config.toml";
/// Names the network.
const NETWORK_VARIABLE: &str = "SUBGOV_NETWORK";
/// Variables that files may name begin so: a project's file must not send other secrets anywhere.
const SECRET_PREFIX: &str = "SUBGOV_";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    BuiltIn,
    /// The user's or the project's file.
    File(PathBuf),
    Environment,
    Flag,
}

impl Origin {
    /// Whether it was said for this run of the program.
    pub(crate) fn is_present(&self) -> bool {
        matches!(self, Self::Environment | Self::Flag)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => write!(f, "environment variable {NETWORK_VARIABLE}"),
            Self::Flag => f.write_str("--network"),
        }
    }
}

/// A file of configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ConfigFile {
    /// The network to work on where nothing else says it.
    network: Option<String>,
    #[serde(default)]
    networks: BTreeMap<String, NetworkEntry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct NetworkEntry {
    endpoints: Vec<String>,
    /// Guessed from the first endpoint if left out.
    protocol: Option<Protocol>,
    /// Name of the environment variable with the endpoints' key.
    auth_env: Option<String>,
    /// Name of the environment variable with the proxy's address.
    proxy_env: Option<String>,
    /// Seconds for which it is tried to reach the network.
    timeout: Option<u32>,
}

/// All layers, the weakest first.
pub(crate) struct Layers {
    files: Vec<(PathBuf, ConfigFile)>,
    variables: fn(&str) -> Option<String>,
}

impl Layers {
    /// Reads what there is.
    pub(crate) fn read() -> Result<Self, CliError> {
        let here = std::env::current_dir().unwrap_or_default();
        let project = here.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|path| path.is_file());
        let paths = user_file().into_iter().filter(|path| path.is_file()).chain(project);
        let mut texts = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| bad_file(&path, error.to_string()))?;
            texts.push((path, text));
        }
        Self::parse(texts, |name| std::env::var(name).ok().filter(|text| !text.is_empty()))
    }

    fn parse(texts: Vec<(PathBuf, String)>, variables: fn(&str) -> Option<String>) -> Result<Self, CliError> {
        let mut files = Vec::new();
        for (path, text) in texts {
            let file: ConfigFile =
                toml::from_str(&text).map_err(|error| bad_file(&path, mistake(&text, &error)))?;
            for (name, entry) in &file.networks {
                entry.check(name).map_err(|why| bad_file(&path, why))?;
            }
            files.push((path, file));
        }
        Ok(Self { files, variables })
    }

    /// The network that the layers choose, and which of them does.
    pub(crate) fn chosen(&self, flag: Option<&str>) -> Option<(String, Origin)> {
        let flag = flag.map(|name| (name.to_owned(), Origin::Flag));
        let variable = || (self.variables)(NETWORK_VARIABLE).map(|name| (name, Origin::Environment));
        let file = || {
            let mut files = self.files.iter().rev();
            files.find_map(|(path, file)| Some((file.network.clone()?, Origin::File(path.clone()))))
        };
        flag.or_else(variable).or_else(file)
    }

    /// What a name, or an URL, means.
    pub(crate) fn place(&self, name: &str) -> Result<Place, CliError> {
        if name == EMBEDDED {
            return Ok(Place::Embedded);
        }
        if let Some(profile) = self.profiles()?.into_iter().find(|profile| profile.name == name) {
            return Ok(Place::Remote(profile));
        }
        if name.contains('@') {
            return Err(CliError::new(
                Status::Keys,
                "secret-argument",
                "the network's address cannot be used",
                "it contains a user or password, which other programs could read there",
                "name the network in subgov.toml, with auth-env",
            ));
        }
        // A name has neither; a host without a dot has a port or a scheme.
        if name.contains(['.', ':']) || name == "localhost" {
            return Ok(Place::Remote(Profile::at(name, name, Origin::Flag)));
        }
        let profiles = self.profiles()?;
        let names: Vec<_> =
            [EMBEDDED].into_iter().chain(profiles.iter().map(|profile| profile.name.as_str())).collect();
        Err(unknown(name, &names))
    }

    /// All networks with a name, the strongest layer's meaning of each.
    pub(crate) fn profiles(&self) -> Result<Vec<Profile>, CliError> {
        let mut profiles = BTreeMap::from([(SE.0.to_owned(), Profile::at(SE.0, SE.1, Origin::BuiltIn))]);
        for (path, file) in &self.files {
            for (name, entry) in &file.networks {
                profiles.insert(name.clone(), self.profile(name, entry, path)?);
            }
        }
        Ok(profiles.into_values().collect())
    }

    fn profile(&self, name: &str, entry: &NetworkEntry, path: &Path) -> Result<Profile, CliError> {
        let first = entry.endpoints.first().map_or("", String::as_str);
        let secret = |variable: &Option<String>| {
            variable.as_deref().and_then(|variable| (self.variables)(variable)).map(Secret::new)
        };
        Ok(Profile {
            name: name.to_owned(),
            endpoints: entry.endpoints.clone(),
            protocol: entry.protocol.unwrap_or_else(|| Protocol::of(first)),
            auth: secret(&entry.auth_env),
            proxy: secret(&entry.proxy_env),
            timeout: entry.timeout.unwrap_or(TIMEOUT),
            origin: Origin::File(path.to_owned()),
        })
    }
}

impl NetworkEntry {
    fn check(&self, name: &str) -> Result<(), String> {
        if name == EMBEDDED {
            return Err(format!("the network {EMBEDDED} is built in and has no endpoints"));
        }
        if self.endpoints.is_empty() {
            return Err(format!("the network {name} has no endpoints"));
        }
        if self.endpoints.iter().any(|endpoint| endpoint.contains('@')) {
            return Err(format!("the endpoints of {name} must not contain a user or password: use auth-env"));
        }
        for variable in [&self.auth_env, &self.proxy_env].into_iter().flatten() {
            if !variable.starts_with(SECRET_PREFIX) {
                let why = "so that a project's file cannot send other secrets to an endpoint";
                return Err(format!("the variable {variable} must begin with {SECRET_PREFIX}, {why}"));
            }
        }
        Ok(())
    }
}

fn user_file() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable("XDG_CONFIG_HOME")
        .or_else(|| variable("APPDATA"))
        .or_else(|| Some(variable("HOME")?.join(".config")))?;
    Some(folder.join(USER_FILE))
}

/// What is wrong, and in which line. The line itself may hold a secret, so it is not repeated.
fn mistake(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line =
        before.map_or_else(String::new, |before| format!("line {}: ", before.matches('\n').count() + 1));
    let words = error.message().lines().next().unwrap_or_default();
    format!("{line}{words}")
}

fn bad_file(path: &Path, why: String) -> CliError {
    CliError::new(
        Status::Usage,
        "bad-config",
        format!("the configuration in {} cannot be used", path.display()),
        why,
        "correct the file, or remove it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = r#"
        network = "dev"
        [networks.dev]
        endpoints = ["https://dev.example", "https://dev2.example"]
        auth-env = "SUBGOV_DEV_KEY"
        [networks.se]
        endpoints = ["http://127.0.0.1:8080/rpc"]
    "#;
    const PROJECT: &str = r#"
        [networks.dev]
        endpoints = ["wss://project.example"]
    "#;

    fn layers(texts: &[(&str, &str)], variables: fn(&str) -> Option<String>) -> Result<Layers, CliError> {
        let texts = texts.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        Layers::parse(texts, variables)
    }

    fn remote(layers: &Layers, name: &str) -> Profile {
        match layers.place(name).unwrap() {
            Place::Remote(profile) => profile,
            Place::Embedded => panic!("{name} is remote"),
        }
    }

    #[test]
    fn later_layers_win_and_say_so() {
        let none = layers(&[], |_| None).unwrap();
        assert_eq!(none.chosen(None), None);
        assert_eq!(remote(&none, "se").endpoints, ["http://127.0.0.1"]);
        assert!(matches!(none.place("localnet"), Ok(Place::Embedded)));

        let user = layers(&[("user", USER)], |_| None).unwrap();
        assert_eq!(user.chosen(None), Some(("dev".to_owned(), Origin::File("user".into()))));
        assert_eq!(remote(&user, "dev").endpoints.len(), 2);
        assert_eq!(remote(&user, "se").protocol, Protocol::Jrpc);

        let both = layers(&[("user", USER), ("project", PROJECT)], |name| {
            (name == NETWORK_VARIABLE).then(|| "se".to_owned())
        });
        let both = both.unwrap();
        let dev = remote(&both, "dev");
        assert_eq!((dev.protocol, dev.origin), (Protocol::GraphqlWs, Origin::File("project".into())));
        assert_eq!(both.chosen(None), Some(("se".to_owned(), Origin::Environment)));
        assert_eq!(both.chosen(Some("dev")), Some(("dev".to_owned(), Origin::Flag)));
    }

    #[test]
    fn keys_come_from_the_environment_and_are_not_shown() {
        let key = |name: &str| (name == "SUBGOV_DEV_KEY").then(|| "hunter2".to_owned());
        let profile = remote(&layers(&[("user", USER)], key).unwrap(), "dev");
        assert_eq!(profile.auth, Some(Secret::new("hunter2")));
        assert!(!format!("{profile:?}").contains("hunter2"));
        let thief = "[networks.x]\nendpoints = [\"https://evil.example\"]\nauth-env = \"AWS_SECRET\"";
        let error = layers(&[("project", thief)], |_| None).err().unwrap();
        assert!(error.why.contains("must begin with SUBGOV_"), "{}", error.why);
    }

    #[test]
    fn addresses_are_networks_and_unknown_names_are_not() {
        let none = layers(&[], |_| None).unwrap();
        for (address, protocol) in [
            ("http://127.0.0.1:8080", Protocol::Graphql),
            ("localhost", Protocol::Graphql),
            ("far.example/rpc", Protocol::Jrpc),
            ("wss://far.example", Protocol::GraphqlWs),
        ] {
            assert_eq!(remote(&none, address).protocol, protocol, "{address}");
        }
        assert_eq!(none.place("http://me:secret@far.example").err().unwrap().status, Status::Keys);
        let error = none.place("mainnet").err().unwrap();
        assert_eq!((error.code, error.status), ("unknown-network", Status::Usage));
        assert_eq!(error.why, "the known ones are localnet, se");
    }

    #[test]
    fn what_stands_in_a_wrong_line_is_not_repeated() {
        let file = "[networks.dev]\nendpoints = [\"https://dev.example\"]\nauth = \"hunter2\"\n";
        let error = layers(&[("file", file)], |_| None).err().unwrap();
        assert!(error.why.contains("line 3") && error.why.contains("`auth`"), "{}", error.why);
        assert!(!error.why.contains("hunter2"), "{}", error.why);
    }

    #[test]
    fn files_with_mistakes_are_refused() {
        for bad in [
            "netwrok = \"dev\"",
            "[networks.dev]\nendpoints = []",
            "[networks.dev]\nendpoints = [\"http://me:secret@far.example\"]",
            "[networks.dev]\nprotocol = \"graphql\"",
            "[networks.dev]\nendpoints = [\"x\"]\nprotocol = \"soap\"",
            "[networks.localnet]\nendpoints = [\"http://127.0.0.1\"]",
        ] {
            assert_eq!(layers(&[("file", bad)], |_| None).err().unwrap().code, "bad-config", "{bad}");
        }
    }
}

//! The environment of agents: a list of what they may see, and nothing else.
//!
//! An agent gets, each later one standing above the earlier: variables of the
//! orchestrator's environment that are on the list, its secrets, its declared `env`,
//! the values of its shell text, and the variables in which stagewright speaks to it:
//!
//! | variable | what it says |
//! | --- | --- |
//! | `STAGEWRIGHT_RUN` | the run's own id |
//! | `STAGEWRIGHT_PIPELINE_ID` | the user's key of the run |
//! | `STAGEWRIGHT_AGENT` | the agent's id |
//! | `STAGEWRIGHT_TRY` | the try, from 1 |
//! | `STAGEWRIGHT_IDEMPOTENCY_KEY` | the same for all launches of one try |
//! | `STAGEWRIGHT_INPUT` | a file with the input, the same as on standard input |
//! | `STAGEWRIGHT_ANSWER` | an empty file; what is written there is the answer |
//! | `STAGEWRIGHT_RUN_DIR` | the run's directory |
//! | `STAGEWRIGHT_TRACE_ID` | for distributed tracing, where there is one |
//! | `STAGEWRIGHT_LAUNCH` | the marker by which its processes are found |

use crate::job::Job;
use crate::process::MARKER_VARIABLE;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What every agent may see: who and where it is, and where its tools are. No tokens,
/// no sockets of agents that hold keys. A name may end in `*`.
const ALLOWED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "CI",
    // Where tools live.
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "NVM_DIR",
    "NVM_BIN",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "CARGO_HOME",
    "GOPATH",
    "GOROOT",
    "JAVA_HOME",
    "GEM_HOME",
    "DOTNET_ROOT",
    "ANDROID_HOME",
    "HOMEBREW_PREFIX",
    "NIX_PROFILES",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    // Which certificates to believe.
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NIX_SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
];

/// How to reach the network. Such a value may hold a user and a password; then it is
/// a secret, and not passed on unless the settings name it.
const PROXIES: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

/// Where programs are looked for when the orchestrator itself has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// An environment, complete.
pub(crate) type Environment = BTreeMap<OsString, OsString>;

/// The part of the orchestrator's environment that agents may see. `more` are names
/// from the settings.
pub(crate) fn allowed(own: &Environment, more: &[String]) -> Environment {
    let mut environment: Environment = own
        .iter()
        .filter(|(name, value)| {
            let Some(name) = name.to_str() else {
                return false;
            };
            more.iter().any(|pattern| matches(pattern, name))
                || ALLOWED.iter().any(|pattern| matches(pattern, name))
                || (PROXIES.contains(&name) && !has_credentials(value))
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    environment
        .entry("PATH".into())
        .or_insert_with(|| DEFAULT_PATH.into());
    environment
}

/// The word list of the marker variable for a launch under this environment: an
/// orchestrator that is itself run by an agent keeps the outer markers.
pub(crate) fn marker_words(own: &Environment, marker: &str) -> OsString {
    assert!(
        !marker.is_empty() && !marker.contains(char::is_whitespace),
        "a marker is one word, since the variable is a list of words"
    );
    match own.get(OsStr::new(MARKER_VARIABLE)) {
        Some(outer) if !outer.is_empty() => {
            let mut words = outer.clone();
            words.push(" ");
            words.push(marker);
            words
        }
        _ => marker.into(),
    }
}

/// The variables in which stagewright speaks to an agent.
pub(crate) fn of_job(job: &Job, input: &Path, answer: &Path) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&'static str, OsString)> = vec![
        ("STAGEWRIGHT_RUN", job.run_id.clone().into()),
        ("STAGEWRIGHT_PIPELINE_ID", job.pipeline_id.clone().into()),
        ("STAGEWRIGHT_AGENT", job.node.clone().into()),
        ("STAGEWRIGHT_TRY", job.try_number.to_string().into()),
        ("STAGEWRIGHT_IDEMPOTENCY_KEY", job.idempotency_key().into()),
        ("STAGEWRIGHT_RUN_DIR", job.run_dir.clone().into()),
        ("STAGEWRIGHT_INPUT", input.into()),
        ("STAGEWRIGHT_ANSWER", answer.into()),
    ];
    if let Some(trace_id) = &job.trace_id {
        variables.push(("STAGEWRIGHT_TRACE_ID", trace_id.into()));
    }
    variables
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

/// Whether a proxy's address has a part for a user before its host.
fn has_credentials(value: &OsStr) -> bool {
    value.to_string_lossy().contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect()
    }

    /// Goal: only what is listed passes, patterns and settings included.
    #[test]
    fn only_the_list_passes() {
        let own = environment(&[
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("SSH_AUTH_SOCK", "/s"),
            ("MYAPP_A", "1"),
            ("PATHS", "2"),
            ("HTTP_PROXY", "http://proxy:3128"),
            ("HTTPS_PROXY", "http://me:word@proxy:3128"),
            ("STAGEWRIGHT_LAUNCH", "outer"),
        ]);
        let passed = |more: &[&str]| {
            let more: Vec<String> = more.iter().map(ToString::to_string).collect();
            let passed = allowed(&own, &more);
            let names = passed.keys().map(|name| name.to_str().unwrap().to_owned());
            names.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(passed(&[]), "HTTP_PROXY LC_ALL PATH");
        assert_eq!(
            passed(&["MYAPP_*", "HTTPS_PROXY"]),
            "HTTPS_PROXY HTTP_PROXY LC_ALL MYAPP_A PATH"
        );
    }

    /// Goal: the marker joins those of outer launches instead of hiding them.
    #[test]
    fn markers_nest() {
        assert_eq!(marker_words(&environment(&[]), "r/a/1"), "r/a/1");
        let nested = environment(&[("STAGEWRIGHT_LAUNCH", "q/x/9")]);
        assert_eq!(marker_words(&nested, "r/a/1"), "q/x/9 r/a/1");
    }
}

//! How to get a program that is missing.

/// Programs that pipelines often run, and how to install them.
const KNOWN: &[(&str, &str)] = &[
    ("bandit", "pip install bandit"),
    ("black", "pip install black"),
    ("coverage", "pip install coverage"),
    ("dbt", "pip install dbt-core"),
    ("flake8", "pip install flake8"),
    ("mypy", "pip install mypy"),
    ("pip-audit", "pip install pip-audit"),
    ("pylint", "pip install pylint"),
    ("pyright", "pip install pyright"),
    ("pytest", "pip install pytest"),
    ("radon", "pip install radon"),
    ("ruff", "pip install ruff"),
    ("semgrep", "pip install semgrep"),
    ("sqlfluff", "pip install sqlfluff"),
    ("uv", "pip install uv"),
    ("vulture", "pip install vulture"),
    ("yamllint", "pip install yamllint"),
    ("eslint", "npm install --save-dev eslint"),
    ("jest", "npm install --save-dev jest"),
    ("prettier", "npm install --save-dev prettier"),
    ("tsc", "npm install --save-dev typescript"),
    ("claude", "npm install -g @anthropic-ai/claude-code"),
    ("codex", "npm install -g @openai/codex"),
    ("cargo", "https://rustup.rs"),
    ("cargo-audit", "cargo install cargo-audit"),
    ("cargo-clippy", "rustup component add clippy"),
    ("cargo-nextest", "cargo install cargo-nextest --locked"),
    ("golangci-lint", "https://golangci-lint.run"),
    ("gh", "https://cli.github.com"),
    ("gitleaks", "https://github.com/gitleaks/gitleaks"),
    ("hadolint", "https://github.com/hadolint/hadolint"),
    ("jq", "apt install jq, or brew install jq"),
    (
        "shellcheck",
        "apt install shellcheck, or brew install shellcheck",
    ),
    (
        "terraform",
        "https://developer.hashicorp.com/terraform/install",
    ),
    ("trivy", "https://trivy.dev"),
];

/// The message for a program that is not there.
pub(crate) fn not_found(program: &str) -> String {
    let hint = KNOWN
        .iter()
        .find(|(name, _)| *name == program)
        .map(|(_, how)| format!(" (to install it: {how})"))
        .unwrap_or_default();
    format!("program `{program}` was not found on PATH{hint}")
}

/// The program that a shell says it did not find, from the end of its standard error.
pub(crate) fn named_by_shell(stderr: &str) -> Option<&str> {
    stderr.lines().rev().find_map(|line| {
        let subject = line
            .strip_suffix(": command not found")
            .or_else(|| line.strip_suffix(": not found"))
            .or_else(|| line.strip_suffix(": No such file or directory"))?;
        subject.rsplit(": ").next().map(str::trim)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the messages of bash, dash and env name their program.
    #[test]
    fn shells_name_the_program() {
        for (stderr, program) in [
            ("bash: line 1: ruff: command not found\n", Some("ruff")),
            ("sh: 1: ruff: not found\n", Some("ruff")),
            (
                "noise\nbash: line 3: ./a.sh: No such file or directory\n",
                Some("./a.sh"),
            ),
            ("bash: line 1: a: command not found\nmore\n", Some("a")),
            ("Traceback\n", None),
        ] {
            assert_eq!(named_by_shell(stderr), program, "{stderr}");
        }
    }

    /// Goal: a well-known tool comes with its installation, another one without.
    #[test]
    fn messages() {
        assert_eq!(
            not_found("ruff"),
            "program `ruff` was not found on PATH (to install it: pip install ruff)"
        );
        assert_eq!(not_found("frob"), "program `frob` was not found on PATH");
    }
}

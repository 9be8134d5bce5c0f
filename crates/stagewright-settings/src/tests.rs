use super::*;
use crate::error::SettingsError;
use stagewright_language::{Code, Source};
use std::collections::BTreeSet;
use std::ffi::OsString;

fn load(toml: Option<&str>, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let directory = tempfile::tempdir().unwrap();
    if let Some(toml) = toml {
        std::fs::write(directory.path().join(FILE_NAME), toml).unwrap();
    }
    let nested = directory.path().join("a/b");
    std::fs::create_dir_all(&nested).unwrap();
    let environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
        .collect();
    Settings::load(&nested, &environment, SeedNames::AsFileSays)
}

/// Goal: environment before file before default, each knowing where it came from.
#[test]
fn the_nearer_word_counts() {
    let toml = "[agents]\nconcurrency = 7\n[retries]\nlimit = 1\n";
    let settings = load(Some(toml), &[("STAGEWRIGHT_RETRIES_LIMIT", "4")]).unwrap();
    assert_eq!(settings.concurrency(), 7);
    assert_eq!(settings.language().max_agent_retries, 4);
    assert_eq!(settings.language().backoff_base_ms, 4_000);
    let origins: Vec<String> = settings
        .rows()
        .filter(|(setting, _, _)| setting.name.starts_with("retries.limit"))
        .map(|(_, value, origin)| format!("{value} {origin}"))
        .collect();
    assert_eq!(origins, ["4 STAGEWRIGHT_RETRIES_LIMIT"]);
}

/// Goal: without any word, the language gets the defaults that its reference tells, and
/// knows that no name is mapped.
#[test]
fn the_defaults_are_the_languages() {
    let settings = load(None, &[]).unwrap();
    let usual = LanguageSettings {
        known_functions: Some(BTreeSet::new()),
        known_evaluators: Some(BTreeSet::new()),
        ..LanguageSettings::default()
    };
    assert_eq!(settings.language(), usual);
    assert_eq!(settings.run_timeout_ms(), Some(30 * 60_000));
}

/// Goal: tests need not wait (rule A6), but a limit of zero is none.
#[test]
fn waits_may_be_zero() {
    let settings = load(
        Some("[retries]\nbase = 0\n"),
        &[("STAGEWRIGHT_RETRIES_MAX", "0s")],
    );
    let language = settings.unwrap().language();
    assert_eq!((language.backoff_base_ms, language.backoff_max_ms), (0, 0));
    let error = load(Some("[run]\ntimeout = 0\n"), &[]).unwrap_err();
    assert!(matches!(error, SettingsError::File { .. }));
}

/// Goal: what the seed's own pipeline names is warned of, until all of it is mapped.
#[test]
fn the_seeds_mapping_is_complete() {
    let fixture = |name: &str| {
        let root = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../stagewright/tests/fixtures/seed"
        );
        std::fs::read_to_string(format!("{root}/{name}")).unwrap()
    };
    let unmapped = |toml: Option<&str>| {
        let settings = load(toml, &[]).unwrap().language();
        let source = Source::new("pipeline.yaml", fixture("pr_review_pipeline.yaml"));
        let warnings = stagewright_language::load(&source, &settings)
            .unwrap()
            .warnings;
        let codes = warnings.iter().map(|warning| warning.code);
        codes.filter(|code| *code == Code::Unmapped).count()
    };
    assert_eq!(unmapped(Some(&fixture("stagewright.toml"))), 0);
    assert_eq!(unmapped(None), 5);
}

/// Goal: the seed's bare names count only when the file says so.
#[test]
fn the_seeds_variables_need_a_switch() {
    let variables = [
        ("MAX_CONCURRENT_AGENTS", "5"),
        ("MAX_AGENT_DURATION_SECONDS", "60"),
    ];
    let without = load(None, &variables).unwrap();
    assert_ne!(without.concurrency(), 5);
    let with = load(Some("[compat]\nseed_environment = true\n"), &variables).unwrap();
    assert_eq!(with.concurrency(), 5);
    assert_eq!(with.max_agent_ms(), 60_000);
}

/// Goal: whatever is wrong is named with what to do, all at once.
#[test]
fn what_is_no_setting_is_refused() {
    let error = load(
        Some("[agents]\nconcurency = 7\ngrace = \"soon\"\n[x]\ny = 1\n"),
        &[],
    )
    .unwrap_err();
    assert!(matches!(error, SettingsError::File { .. }));
    assert!(
        error
            .to_string()
            .contains("did you mean `agents.concurrency`?"),
        "{}",
        error.to_string()
    );
    assert!(
        error
            .to_string()
            .contains("agents.grace must be a duration"),
        "{}",
        error.to_string()
    );
    assert!(
        error.to_string().contains("`x.y` is unknown"),
        "{}",
        error.to_string()
    );
    let error = load(Some("[[["), &[]).unwrap_err();
    assert!(matches!(error, SettingsError::NoToml { .. }));
    let error = load(None, &[("STAGEWRIGHT_AGENTS_CONCURRENCY", "0")]).unwrap_err();
    assert!(matches!(error, SettingsError::Variable { .. }));
}

/// Goal: a misspelt variable does not silently mean the default; all are told at once.
#[test]
fn a_variable_like_ours_is_one_of_ours() {
    let error = load(
        None,
        &[
            ("STAGEWRIGHT_RUN_TIMOUT", "5m"),
            ("STAGEWRIGHT_STATE_DIRS", "/x"),
            ("STAGEWRIGHT_HOME", "/x"),
            ("STAGEWRIGHTED", "1"),
            ("HOME", "/x"),
        ],
    )
    .unwrap_err();
    assert!(matches!(error, SettingsError::UnknownVariables(_)));
    assert_eq!(
        error.to_string(),
        "the environment holds what is no setting: `STAGEWRIGHT_HOME` is unknown; \
         `STAGEWRIGHT_RUN_TIMOUT` is unknown, did you mean `STAGEWRIGHT_RUN_TIMEOUT`?; \
         `STAGEWRIGHT_STATE_DIRS` is unknown, did you mean `STAGEWRIGHT_STATE_DIR`?"
    );
    let fine = load(
        None,
        &[
            ("STAGEWRIGHT_STATE_DIR", "/x"),
            ("STAGEWRIGHT_TEST_TOOLS", "/x"),
        ],
    );
    assert!(fine.is_ok());
}

/// Goal: stagewright can run inside of an agent, whatever agents are given.
#[test]
fn the_variables_of_agents_are_known() {
    let source = include_str!("../../stagewright-agents/src/environment.rs");
    let names: BTreeSet<&str> = source
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .filter(|word| word.starts_with("STAGEWRIGHT_"))
        .collect();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let settings = load(None, &[(name, "x")]);
        assert!(settings.is_ok(), "{:?}", settings.unwrap_err());
    }
}

/// Goal: variables of the seed without effect are told, where they would be read.
#[test]
fn the_seeds_other_variables_are_told() {
    let variables = [
        ("LOG_LEVEL", "DEBUG"),
        ("REDIS_HOST", "x"),
        ("MAX_AGENT_RETRIES", "1"),
    ];
    let told = |toml| -> Vec<&str> {
        let settings = load(toml, &variables).unwrap();
        settings.unused.iter().map(|unused| unused.name).collect()
    };
    assert_eq!(told(None), [""; 0]);
    assert_eq!(
        told(Some("[compat]\nseed_environment = true\n")),
        ["REDIS_HOST"]
    );
}

/// Goal: a lambda mapping is read, and a broken one says which.
#[test]
fn lambdas_are_mapped() {
    let toml = "[lambda.\"arn:aws:lambda:x\"]\nrun = [\"python3\", \"a.py\"]\nenv = {A = \"b\"}\n";
    let settings = load(Some(toml), &[]).unwrap();
    assert_eq!(
        settings.lambdas()["arn:aws:lambda:x"].run,
        ["python3", "a.py"]
    );
    let error = load(Some("[lambda.\"arn:x\"]\nenv = {}\n"), &[]).unwrap_err();
    assert!(error.to_string().contains("arn:x"), "{}", error.to_string());
}

/// Goal: a program beside the file is found from a directory below it; words that are
/// no such file, and programs on the PATH, stay as they are.
#[test]
fn programs_are_found_from_where_the_file_lies() {
    let directory = tempfile::tempdir().unwrap();
    let toml = "[lambda.\"arn:x\"]\nrun = [\"python3\", \"agents/a.py\", \"--fast\"]\n\
                [evaluators]\nopen = [\"./ask\", \"python3\"]\n";
    std::fs::write(directory.path().join(FILE_NAME), toml).unwrap();
    std::fs::create_dir_all(directory.path().join("agents")).unwrap();
    std::fs::create_dir_all(directory.path().join("below")).unwrap();
    for file in ["agents/a.py", "ask", "python3"] {
        std::fs::write(directory.path().join(file), "").unwrap();
    }
    let below = directory.path().join("below");
    let settings = Settings::load(&below, &Environment::default(), SeedNames::AsFileSays).unwrap();
    let there = |name: &str| directory.path().join(name).display().to_string();
    let run = &settings.lambdas()["arn:x"].run;
    assert_eq!(
        *run,
        [
            "python3".to_owned(),
            there("agents/a.py"),
            "--fast".to_owned()
        ]
    );
    assert_eq!(
        settings.evaluators["open"],
        [there("./ask"), there("python3")]
    );
}

//! From a request to a program that is ready to be started.

use crate::environment::{self, Environment};
use crate::job::Job;
use crate::process::{Invocation, MARKER_VARIABLE};
use crate::program;
use crate::refusal::Refusal;
use crate::request::Body;
use crate::scratch::Scratch;
use crate::secrets::Secrets;
use crate::settings::Settings;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The default shell and its manners (decision 20): no startup files; the first
/// failing command ends the text, and a pipeline fails when any of its parts does.
const BASH: &[&str] = &["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"];

/// The default where there is no bash. It has no `pipefail`.
const PLAIN_SHELL: &[&str] = &["sh", "-e", "-c"];

/// Makes a job's program ready to be started.
///
/// # Errors
/// When something is missing that it needs.
pub(crate) fn of_job(
    job: &Job,
    input: Vec<u8>,
    secrets: &Secrets,
    scratch: &Scratch,
    settings: &Settings,
    own: &Environment,
) -> Result<Invocation, Refusal> {
    let directory = directory_of(job)?;
    let mut environment = environment_of(job, secrets, settings, own)?;
    let told = environment::of_job(job, &scratch.input, &scratch.answer);
    environment.extend(told.into_iter().map(|(name, value)| (name.into(), value)));
    let marker = environment::marker_words(own, &job.marker);
    environment.insert(MARKER_VARIABLE.into(), marker);

    let path = environment
        .get(OsStr::new("PATH"))
        .cloned()
        .unwrap_or_default();
    let find = |name: &str| program::find(name, &path, &directory);
    let mut words = words_of(&job.request.body, secrets, settings, &find)?;
    if words.is_empty() {
        return Err(Refusal::invalid("there is no program to run"));
    }
    let name = words.remove(0);
    let mut limits = job.request.limits;
    limits.total_ms = job.timeout_ms.or(limits.total_ms);
    Ok(Invocation {
        program: find(&name)?,
        name: name.into(),
        arguments: words.into_iter().map(OsString::from).collect(),
        environment,
        directory: directory.clone(),
        input,
        limits,
        grace: settings.grace,
        marker: job.marker.clone(),
    })
}

fn directory_of(job: &Job) -> Result<PathBuf, Refusal> {
    let directory = match &job.request.cwd {
        Some(cwd) => job.work_dir.join(cwd),
        None => job.work_dir.clone(),
    };
    if directory.is_dir() {
        Ok(directory)
    } else {
        Err(Refusal::invocation(format!(
            "working directory `{}` does not exist",
            directory.display()
        )))
    }
}

fn environment_of(
    job: &Job,
    secrets: &Secrets,
    settings: &Settings,
    own: &Environment,
) -> Result<Environment, Refusal> {
    let mut environment = environment::allowed(own, &settings.pass_environment);
    for (name, value) in secrets.iter() {
        environment.insert(name.into(), value.into());
    }
    if let Body::Lambda { arn } = &job.request.body
        && let Some(program) = settings.lambdas.get(arn)
    {
        environment.extend(
            program
                .env
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
    }
    for (name, value) in &job.request.env {
        environment.insert(name.into(), secrets.fill(value)?.into());
    }
    if let Body::Shell {
        environment: bound, ..
    } = &job.request.body
    {
        for (name, value) in bound {
            environment.insert(name.into(), secrets.fill(value)?.into());
        }
    }
    match environment.keys().find(|name| !is_name(name)) {
        Some(name) => Err(Refusal::invalid(format!(
            "`{}` cannot be the name of an environment variable",
            name.display()
        ))),
        None => Ok(environment),
    }
}

/// The program and its arguments.
fn words_of(
    body: &Body,
    secrets: &Secrets,
    settings: &Settings,
    find: &impl Fn(&str) -> Result<PathBuf, Refusal>,
) -> Result<Vec<String>, Refusal> {
    match body {
        Body::Shell { shell, text, .. } => {
            let mut words = match shell {
                Some(words) => words.clone(),
                None => default_shell(find),
            };
            words.push(text.clone());
            Ok(words)
        }
        Body::Arguments { words } => Ok(words
            .iter()
            .map(|word| secrets.fill(word))
            .collect::<Result<_, _>>()?),
        Body::Lambda { arn } => settings
            .lambdas
            .get(arn)
            .map(|program| program.run.clone())
            .ok_or_else(|| no_mapping(arn)),
        Body::Http(_) => unreachable!("an HTTP step is performed without a program"),
    }
}

fn default_shell(find: &impl Fn(&str) -> Result<PathBuf, Refusal>) -> Vec<String> {
    let shell = if find("bash").is_ok() {
        BASH
    } else {
        PLAIN_SHELL
    };
    shell.iter().map(ToString::to_string).collect()
}

/// Not repeated: the settings are the same the next time. One line, since a decision
/// shows the first line of what is missing.
fn no_mapping(arn: &str) -> Refusal {
    Refusal::invalid(format!(
        "no program is mapped to this function; add to stagewright.toml: \
         [lambda.{arn:?}] run = [\"program\", \"argument\"]"
    ))
}

fn is_name(name: &OsStr) -> bool {
    !name.is_empty()
        && !name
            .as_encoded_bytes()
            .iter()
            .any(|byte| matches!(byte, b'=' | 0))
}

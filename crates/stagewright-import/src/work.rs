//! What an import has found: tasks in waves, with the checks between them. Both
//! kinds of input end here, and everything that is written starts here.

use serde::Serialize;

/// Work that is to be done in waves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Work {
    /// What it was read from.
    pub kind: Kind,
    /// Its own id, such as `FEAT-AC1A`; review reports have none.
    pub id: Option<String>,
    /// What it is called, on one line.
    pub name: String,
    /// Its name in paths and workspaces: lower-case letters, digits and hyphens.
    pub slug: String,
    /// What it is about; may be empty.
    pub summary: String,
    /// The directory of its task files, relative, without a slash at its end.
    pub directory: String,
    /// The tasks, in the order of the input.
    pub tasks: Vec<Task>,
    /// The waves in order, each with the positions of its tasks in `tasks`. Every task
    /// is in exactly one wave (rule D8).
    pub waves: Vec<Vec<usize>>,
    /// The checks that follow waves, in the order of the waves.
    pub gates: Vec<Gate>,
    /// How many tasks may be worked on at once, where anything says so.
    pub parallelism: Option<Parallelism>,
}

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A feature file.
    Feature,
    /// A review report.
    Review,
}

/// One piece of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its id as the input has it.
    pub id: String,
    /// The id of its agent in the pipeline (decision 6).
    pub agent: String,
    /// What is to be done, on one line.
    pub title: String,
    /// What the input says about it beyond the title, as Markdown; may be empty.
    #[serde(skip)]
    pub details: String,
    /// Its task file, relative to where the pipeline is run.
    pub task_file: String,
    /// The files that it will change, as far as they are known.
    pub files: Vec<String>,
    /// From 1 to 10.
    pub complexity: u8,
    /// How it is worked on.
    pub mode: Mode,
    /// Whether it is still to be done.
    pub standing: Standing,
    /// The word of the input that `standing` was read from.
    pub status: String,
    /// The positions of the tasks that have to be done before it.
    pub depends_on: Vec<usize>,
    /// The number of its wave, from 1.
    pub wave: usize,
    /// Its own workspace, where it shares its wave with others.
    pub workspace: Option<String>,
    /// How long its author thinks that it takes.
    pub estimated_minutes: Option<u32>,
}

/// How a task is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// With planning, tests and review.
    TaskWork,
    /// Straight away.
    Direct,
    /// By a person.
    Manual,
}

/// Whether a task is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    Pending,
    /// The input says that it is done.
    Finished,
    /// Somebody has put it off, or decided against it.
    SetAside,
}

/// A check that follows a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// The id of the gate in the pipeline.
    pub id: String,
    /// The wave that it follows, from 1.
    pub after_wave: usize,
    /// What is run.
    pub command: Command,
    /// The exit code that passes.
    pub expected_exit: u8,
    /// Whether exit code 5, with which pytest says that it found no tests, is no
    /// evidence rather than a failure.
    pub exit_5_is_no_evidence: bool,
    /// The time limit.
    pub timeout_seconds: Option<u32>,
}

/// Whose words a command is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Of a program that knows nothing of templates: it is run letter by letter.
    Plain(String),
    /// Of somebody who writes for a pipeline: `{{ … }}` is a value.
    Template(String),
}

/// How many tasks may be worked on at once, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Parallelism {
    /// The number, at least 1.
    pub limit: u32,
    /// Where it comes from.
    pub from: Origin,
}

/// Where a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The environment.
    Environment,
    /// The command line.
    Flag,
    /// The imported file.
    File,
}

impl Parallelism {
    /// The first that says anything, of the environment, the command line and the file.
    /// The file can only lower what holds without it: the cap of the settings stands
    /// above the limit of every pipeline.
    pub fn of(environment: Option<u32>, flag: Option<u32>, file: Option<u32>) -> Option<Self> {
        [
            (environment, Origin::Environment),
            (flag, Origin::Flag),
            (file, Origin::File),
        ]
        .into_iter()
        .find_map(|(limit, from)| limit.map(|limit| Self { limit, from }))
    }
}

impl Mode {
    /// The mode that a word of an input means.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let word = word.trim().trim_start_matches('/').to_ascii_lowercase();
        match word.replace([' ', '_'], "-").as_str() {
            "task-work" => Some(Self::TaskWork),
            "direct" => Some(Self::Direct),
            "manual" => Some(Self::Manual),
            _ => None,
        }
    }

    /// The word for it, in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskWork => "task-work",
            Self::Direct => "direct",
            Self::Manual => "manual",
        }
    }
}

impl Work {
    /// The tasks of a wave, in its order; the number counts from 1.
    pub fn wave(&self, number: usize) -> impl Iterator<Item = &Task> {
        let members = number.checked_sub(1).and_then(|at| self.waves.get(at));
        members.into_iter().flatten().map(|at| &self.tasks[*at])
    }

    /// The gates that follow a wave.
    pub fn gates_after(&self, wave: usize) -> &[Gate] {
        let from = self.gates.partition_point(|gate| gate.after_wave < wave);
        let to = self.gates.partition_point(|gate| gate.after_wave <= wave);
        &self.gates[from..to]
    }

    /// How many tasks stand like this.
    pub fn count(&self, standing: Standing) -> usize {
        let same = |task: &&Task| task.standing == standing;
        self.tasks.iter().filter(same).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_goes_before_the_flag_and_the_flag_before_the_file() {
        // Goal: the precedence of the specification.
        for (environment, flag, file, expected) in [
            (Some(1), Some(2), Some(3), Some((1, Origin::Environment))),
            (None, Some(2), Some(3), Some((2, Origin::Flag))),
            (None, None, Some(3), Some((3, Origin::File))),
            (None, None, None, None),
        ] {
            let found = Parallelism::of(environment, flag, file);
            assert_eq!(found.map(|found| (found.limit, found.from)), expected);
        }
    }
}

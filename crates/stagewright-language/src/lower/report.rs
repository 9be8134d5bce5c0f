//! The documents that a run writes when it ends, and where they may go.
//!
//! A report is written over what is there, with text that comes from agents in it. So
//! it goes to a path below the directory of the run, and never to a place that git or
//! stagewright itself reads. The file system is not looked at here.

use super::Lowering;
use super::fields::Field;
use crate::diagnostic::{Code, Problem};
use crate::keys::REPORT;
use stagewright_core::plan::ReportFile;
use std::path::{Component, Path, PathBuf};

impl Lowering<'_> {
    /// `report:`, a path for each format.
    pub(super) fn reports(&mut self, field: Option<Field<'_>>) -> Vec<ReportFile> {
        let fields = field.and_then(|field| self.fields(field.node(), &REPORT));
        let Some(fields) = fields else {
            return Vec::new();
        };
        let mut reports: Vec<ReportFile> = Vec::new();
        for format in ["markdown", "json", "html", "sarif", "junit"] {
            let Some(field) = fields.get(format) else {
                continue;
            };
            let Some(path) = self.text_of(field) else {
                continue;
            };
            let same = reports
                .iter()
                .find(|other| plain(&other.path) == plain(&path));
            let wrong = match same {
                Some(other) => Some(format!("it is the path of the {} report too", other.format)),
                None => refusal(&path, self.file).map(str::to_owned),
            };
            if let Some(reason) = wrong {
                self.report(
                    Problem::new(
                        Code::BadValue,
                        field.extent(),
                        format!("no {format} report can go to `{path}`: {reason}"),
                    )
                    .hint("a path below the directory in which `stagewright run` is typed"),
                );
            }
            reports.push(ReportFile {
                format: format.to_owned(),
                path,
            });
        }
        fields.finish();
        reports
    }
}

/// Why a report may not be written to the path, if so. `file` is the pipeline file.
fn refusal(path: &str, file: &str) -> Option<&'static str> {
    let parts = Path::new(path);
    let mut components = parts.components();
    // File systems that do not tell upper from lower case have git too.
    let of_git = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
    if parts.has_root() {
        Some("it is absolute")
    } else if parts.components().any(|part| part == Component::ParentDir) {
        Some("it leads upwards")
    } else if components.any(of_git) {
        Some("git's own files are there")
    } else if path.ends_with('/') || plain(path).as_os_str().is_empty() {
        Some("it names no file")
    } else if is_file(path, file) {
        Some("the pipeline itself is there")
    } else {
        None
    }
}

/// Whether the path is the pipeline file. Where that is given from the root or from
/// above, the directory of the run is not known here, and its last parts decide.
fn is_file(path: &str, file: &str) -> bool {
    let (path, file) = (plain(path), plain(file));
    let below = file
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if below {
        path == file
    } else {
        file.ends_with(path)
    }
}

/// The path without `.` and doubled slashes.
fn plain(path: &str) -> PathBuf {
    Path::new(path)
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

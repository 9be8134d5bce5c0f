//! The documents about a run, each in its format: what `report` prints and what a
//! pipeline's `report:` writes when the run ends.

use crate::arguments::ReportFormat;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use stagewright_core::{Recorded, Run};
use stagewright_engine::{Engine, EngineError, now};
use stagewright_journal::ListFilter;
use stagewright_report::documents::RunReport;
use stagewright_report::{Places, Previous, Results, Subject, html, junit, markdown, sarif};

/// What documents about a run are made from.
pub(crate) struct Material<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) run: &'a Run,
    pub(crate) results: &'a Results,
    pub(crate) places: Places<'a>,
    /// Is told when a run cannot be compared with the one before.
    pub(crate) printer: &'a Printer,
}

impl Material<'_> {
    /// The document in a format.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) fn document(&self, format: ReportFormat) -> Result<String, UserError> {
        match format {
            ReportFormat::Markdown => {
                let previous = self.previous()?;
                Ok(markdown::comment(
                    self.run,
                    self.results,
                    now(),
                    self.places,
                    previous.as_ref().map(Earlier::view),
                ))
            }
            ReportFormat::Html => self.page(),
            ReportFormat::Json => pretty(&RunReport::of(self.run, self.results, now())),
            ReportFormat::Sarif => pretty(&sarif(self.run, self.results)),
            ReportFormat::Junit => Ok(junit(self.run, self.results, now())),
        }
    }

    fn page(&self) -> Result<String, UserError> {
        let previous = self.previous()?;
        let run_id = &self.run.submission().run_id;
        let events: Vec<Recorded> = self
            .engine
            .journal()
            .events(run_id, 0)
            .map_err(EngineError::from)?;
        Ok(html(&Subject {
            run: self.run,
            results: self.results,
            events: &events,
            now: now(),
            places: self.places,
            previous: previous.as_ref().map(Earlier::view),
        }))
    }

    /// The last run of the same pipeline id before this one that came to an end by
    /// itself: a cancelled one says nothing about what is fixed. One that can no longer
    /// be read is a warning, since the report is about this run.
    fn previous(&self) -> Result<Option<Earlier>, UserError> {
        let submission = self.run.submission();
        let filter = ListFilter {
            outcomes: ["SUCCESS", "PARTIAL_SUCCESS", "FAILURE"]
                .map(str::to_owned)
                .to_vec(),
            pipeline_id: Some(submission.pipeline_id.clone()),
            before: Some(submission.run_id.clone()),
            limit: 1,
            ..ListFilter::default()
        };
        let journal = self.engine.journal();
        let earlier = journal.list(&filter).map_err(EngineError::from)?;
        let Some(summary) = earlier.first() else {
            return Ok(None);
        };
        match self.engine.load(&summary.run_id) {
            Ok(run) => {
                let results = results_of(self.engine, &run);
                Ok(Some(Earlier { run, results }))
            }
            Err(error) => {
                self.printer.warning(&format!(
                    "there is no comparison with the run before, {}: {error}",
                    summary.run_id
                ));
                Ok(None)
            }
        }
    }
}

/// The run that is compared with.
struct Earlier {
    run: Run,
    results: Results,
}

impl Earlier {
    fn view(&self) -> Previous<'_> {
        Previous {
            run: &self.run,
            results: &self.results,
        }
    }
}

/// The stored results of a run. One that cannot be read is shown as missing.
pub(crate) fn results_of(engine: &Engine, run: &Run) -> Results {
    Results::load(run, &|reference| engine.document(reference).ok())
}

/// A document as JSON for people and programs.
///
/// # Errors
/// Never in practice: documents are plain data.
pub(crate) fn pretty(document: &impl serde::Serialize) -> Result<String, UserError> {
    serde_json::to_string_pretty(document).map_err(|error| {
        UserError::new(
            Exit::Infrastructure,
            "SW0202",
            format!("the document cannot be written: {error}"),
        )
    })
}

//! Promises about the run index.

use super::Open;
use super::samples::{batch, new_run, summary};
use crate::error::{FindError, ReadError};
use crate::lookup::RunKey;
use crate::port::Journal;
use crate::summary::{ListFilter, RunState};

pub(super) fn follows(open: Open<'_>) {
    let journal = open();
    let _lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let mut ended = batch("run_a", "nightly", 1, 2);
    ended.summary = summary("run_a", "nightly", RunState::Ended, 3);
    ended.summary.status = Some("FAILURE".to_owned());
    ended.summary.decision = Some("BLOCK".to_owned());
    ended.summary.ended_at = Some(1_750_000_000_002);
    journal.append(ended.clone()).unwrap();
    let other = open();
    assert_eq!(other.summary("run_a").unwrap(), Some(ended.summary));
    let by_state = |state| {
        let filter = ListFilter {
            states: vec![state],
            ..ListFilter::default()
        };
        ids(&*other, &filter)
    };
    assert_eq!(by_state(RunState::Ended), ["run_a"]);
    assert!(by_state(RunState::Pending).is_empty());
}

pub(super) fn lists(open: Open<'_>) {
    let journal = open();
    for number in 0..7_u64 {
        let run_id = format!("run_{number}");
        let pipeline_id = ["even", "odd"][(number % 2) as usize];
        let mut new = new_run(&run_id, pipeline_id);
        new.summary.state = RunState::ALL[(number % 5) as usize];
        journal.create(new).unwrap();
    }
    let all = ListFilter::default();
    let names = |filter: &ListFilter| ids(&*journal, filter).join(" ");
    assert_eq!(names(&all), "run_6 run_5 run_4 run_3 run_2 run_1 run_0");
    let odd = ListFilter {
        pipeline_id: Some("odd".to_owned()),
        ..all.clone()
    };
    assert_eq!(names(&odd), "run_5 run_3 run_1");
    let states = ListFilter {
        states: vec![RunState::Pending, RunState::Ended],
        ..all.clone()
    };
    assert_eq!(names(&states), "run_5 run_4 run_0");
    let both = ListFilter {
        states: vec![RunState::Pending],
        ..odd
    };
    assert_eq!(names(&both), "run_5");
    // Pages meet without a gap and without a repetition.
    let mut page = ListFilter { limit: 3, ..all };
    assert_eq!(names(&page), "run_6 run_5 run_4");
    page.before = Some("run_4".to_owned());
    assert_eq!(names(&page), "run_3 run_2 run_1");
    page.before = Some("run_1".to_owned());
    assert_eq!(names(&page), "run_0");
    page.before = Some("run_9".to_owned());
    assert_eq!(
        journal.list(&page).unwrap_err(),
        ReadError::UnknownRun {
            run_id: "run_9".to_owned()
        }
    );
}

pub(super) fn finds(open: Open<'_>) {
    let journal = open();
    let find = |text: &str| match text.parse::<RunKey>() {
        Ok(key) => journal.find(&key).map(|summary| summary.run_id),
        Err(never) => match never {},
    };
    assert!(matches!(find("latest"), Err(FindError::NotFound { .. })));
    for (run_id, pipeline_id) in [
        ("run_aa11", "nightly"),
        ("run_aa22", "nightly"),
        ("run_bb33", "weekly"),
        ("run_cc44", "bb"),
        ("run_aa", "monthly"),
    ] {
        journal.create(new_run(run_id, pipeline_id)).unwrap();
    }
    let found = [
        ("latest", "run_aa"),
        ("run_aa11", "run_aa11"),
        ("aa11", "run_aa11"),
        ("aa1", "run_aa11"),
        ("run_b", "run_bb33"),
        ("nightly", "run_aa22"),
        ("weekly", "run_bb33"),
        // A pipeline id goes before the beginning of a run id.
        ("bb", "run_cc44"),
        // A whole id is never ambiguous.
        ("run_aa", "run_aa"),
    ];
    for (text, run_id) in found {
        assert_eq!(find(text).unwrap(), run_id, "{text}");
    }
    assert_eq!(
        find("aa").unwrap_err(),
        FindError::Ambiguous {
            key: "aa".to_owned(),
            candidates: ["run_aa", "run_aa11", "run_aa22"].map(str::to_owned).into(),
        }
    );
    assert_eq!(
        find("nihgtly").unwrap_err(),
        FindError::NotFound {
            key: "nihgtly".to_owned(),
            close: vec!["nightly".to_owned()],
        }
    );
    for nothing in ["", "run_", "zz", "%", "_", "run_aa1%"] {
        assert!(
            matches!(find(nothing), Err(FindError::NotFound { .. })),
            "{nothing}"
        );
    }
}

fn ids(journal: &dyn Journal, filter: &ListFilter) -> Vec<String> {
    let runs = journal.list(filter).unwrap();
    runs.into_iter().map(|run| run.run_id).collect()
}

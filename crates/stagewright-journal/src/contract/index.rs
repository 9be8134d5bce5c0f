//! Promises about the run index.

use super::Open;
use super::samples::{batch, new_run, summary};
use crate::error::{CreateError, FindError, ReadError};
use crate::filter::ListFilter;
use crate::lookup::RunKey;
use crate::port::Journal;
use crate::summary::{NodeDurations, RunState, StepOf};

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

pub(super) fn lists_by_what_is_asked(open: Open<'_>) {
    let journal = open();
    let create = |run_id: &str, pipeline_id: &str, name: &str, created_at: u64| {
        let mut new = new_run(run_id, pipeline_id);
        new.summary.name = name.to_owned();
        new.summary.created_at = created_at;
        journal.create(new).unwrap();
    };
    // The clock went back between the second and the third.
    create("run_a", "pr-1", "review", 1_000);
    create("run_b", "pr-2", "review", 3_000);
    create("run_c", "review", "nightly", 2_000);
    create("run_d", "pr-1", "review", 3_000);
    for (run_id, status, decision) in [
        ("run_a", "SUCCESS", Some("MERGE")),
        ("run_b", "FAILURE", Some("BLOCK")),
        ("run_c", "SUCCESS", None),
    ] {
        let mut ended = batch(run_id, "any", 1, 2);
        ended.summary = journal.summary(run_id).unwrap().unwrap();
        ended.summary.state = RunState::Ended;
        ended.summary.status = Some(status.to_owned());
        ended.summary.decision = decision.map(str::to_owned);
        journal.append(ended).unwrap();
    }
    let all = ListFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (all(), "run_d run_b run_c run_a"),
        (
            ListFilter {
                outcomes: vec!["SUCCESS".to_owned()],
                ..all()
            },
            "run_c run_a",
        ),
        (
            ListFilter {
                states: vec![RunState::Pending],
                outcomes: vec!["FAILURE".to_owned(), "CANCELLED".to_owned()],
                ..all()
            },
            "run_d run_b",
        ),
        (
            // A run that a state and an outcome both name is there once.
            ListFilter {
                states: vec![RunState::Ended],
                outcomes: vec!["SUCCESS".to_owned()],
                ..all()
            },
            "run_b run_c run_a",
        ),
        (
            // The id of one pipeline is the name of another.
            ListFilter {
                pipeline: text("review"),
                ..all()
            },
            "run_d run_b run_c run_a",
        ),
        (
            ListFilter {
                pipeline: text("pr-1"),
                ..all()
            },
            "run_d run_a",
        ),
        (
            ListFilter {
                pipeline: text("none"),
                ..all()
            },
            "",
        ),
        (
            ListFilter {
                decision: text("BLOCK"),
                ..all()
            },
            "run_b",
        ),
        (
            ListFilter {
                since: Some(2_000),
                ..all()
            },
            "run_d run_b run_c",
        ),
        (
            ListFilter {
                until: Some(3_000),
                ..all()
            },
            "run_c run_a",
        ),
        (
            ListFilter {
                pipeline: text("review"),
                states: vec![RunState::Pending, RunState::Ended],
                since: Some(2_000),
                limit: 2,
                ..all()
            },
            "run_d run_b",
        ),
        (
            ListFilter {
                states: vec![RunState::Ended],
                before: text("run_b"),
                limit: 1,
                ..all()
            },
            "run_c",
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(ids(&*journal, &filter).join(" "), expected, "{filter:?}");
    }
    // The youngest by the clock, not the one that came last.
    let key = |text: &str| text.parse::<RunKey>().unwrap_or(RunKey::Latest);
    assert_eq!(journal.find(&key("latest")).unwrap().run_id, "run_d");
    assert_eq!(journal.find(&key("pr-1")).unwrap().run_id, "run_d");
}

pub(super) fn tells_steps_from_runs(open: Open<'_>) {
    let journal = open();
    journal.create(new_run("run_above", "nightly")).unwrap();
    let step = |run_id: &str, above: &str| {
        let mut new = new_run(run_id, run_id);
        new.summary.step_of = Some(StepOf {
            run_id: above.to_owned(),
            agent: "deploy[2]".to_owned(),
        });
        new
    };
    journal.create(step("run_step", "run_above")).unwrap();
    let gone = journal.create(step("run_orphan", "run_gone"));
    assert!(matches!(gone, Err(CreateError::ParentGone { .. })));
    let no_steps = ListFilter {
        no_steps: true,
        ..ListFilter::default()
    };
    assert_eq!(
        ids(&*journal, &ListFilter::default()),
        ["run_step", "run_above"]
    );
    assert_eq!(ids(&*journal, &no_steps), ["run_above"]);
    // What a person started last is never a step, which is found by its own name.
    let found = |text: &str| {
        let key = text.parse::<RunKey>().unwrap();
        journal.find(&key).unwrap().run_id
    };
    assert_eq!(found("latest"), "run_above");
    assert_eq!(found("run_st"), "run_step");
}

pub(super) fn remembers_durations(open: Open<'_>) {
    let journal = open();
    let durations = |build: u64, deploy: Option<u64>| {
        let of = [
            ("build".to_owned(), Some(build)),
            ("deploy".to_owned(), deploy),
        ];
        NodeDurations::from(of)
    };
    let end = |run_id: &str, next_seq: u64, durations: NodeDurations| {
        let mut ended = batch(run_id, "any", 1, next_seq);
        ended.summary.state = RunState::Ended;
        ended.summary.status = Some("SUCCESS".to_owned());
        ended.summary.durations = Some(durations);
        journal.append(ended).unwrap();
    };
    for run_id in ["run_a", "run_b", "run_c"] {
        journal.create(new_run(run_id, run_id)).unwrap();
    }
    let mut other = new_run("run_d", "run_d");
    other.summary.name = "weekly".to_owned();
    other.summary.durations = Some(durations(7, None));
    journal.create(other).unwrap();
    end("run_a", 2, durations(100, None));
    end("run_b", 2, durations(200, Some(20)));
    let past = |pipeline: &str, runs: usize| open().past_durations(pipeline, runs).unwrap();
    assert_eq!(
        past("nightly", 5),
        [durations(200, Some(20)), durations(100, None)],
        "run_c has not ended"
    );
    assert_eq!(past("nightly", 1), [durations(200, Some(20))]);
    assert_eq!(past("weekly", 5), [durations(7, None)]);
    assert!(past("none", 5).is_empty());
    // A run that is started over and ends again counts as it ended last, and what it
    // knew is kept while it goes on.
    journal.append(batch("run_a", "any", 1, 3)).unwrap();
    assert_eq!(past("nightly", 5).len(), 2);
    end("run_a", 4, durations(300, None));
    assert_eq!(past("nightly", 5)[1], durations(300, None));
    // Rows do not carry them.
    assert_eq!(journal.summary("run_a").unwrap().unwrap().durations, None);
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

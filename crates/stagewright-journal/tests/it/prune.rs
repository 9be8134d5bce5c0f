//! Retention: what goes, what stays, and what a crash in the midst of it leaves.

use crate::child;
use crate::store::{Store, dir_in, with_run};
use stagewright_core::event::{AttemptOutcome, Event};
use stagewright_core::{Blob, ErrorClass, NodeIx};
use stagewright_journal::contract::samples::{batch, holder, new_run, recorded};
use stagewright_journal::{
    Amount, CreateError, Durability, Journal, ListFilter, NodeDurations, Options, PruneStep,
    RemoveError, Retention, RunState, SqliteJournal, StepOf,
};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A day, in milliseconds.
const DAY: u64 = 86_400_000;

/// A result of a run, which its last event names.
fn output(run_id: &str, bytes: usize) -> Blob {
    Blob::of(format!("{run_id} {}", "x".repeat(bytes)).into_bytes())
}

/// A run that has ended at `ended_at`, with a result, a log, and durations.
fn ended(journal: &SqliteJournal, run_id: &str, pipeline_id: &str, ended_at: u64) {
    let mut new = new_run(run_id, pipeline_id);
    new.summary.created_at = ended_at - 1;
    let lease = journal.create(new).unwrap();
    end(
        journal,
        run_id,
        pipeline_id,
        ended_at,
        output(run_id, 2_000),
    );
    drop(lease);
}

/// Ends a run of two events, with this result.
fn end(journal: &SqliteJournal, run_id: &str, pipeline_id: &str, ended_at: u64, result: Blob) {
    let mut last = batch(run_id, pipeline_id, 1, 2);
    let mut outcome = AttemptOutcome::failed(ErrorClass::Execution, "broken");
    outcome.output = Some(result.reference().clone());
    last.events = recorded(
        2,
        vec![Event::ResultAdopted {
            node: NodeIx::new(0),
            outcome: Box::new(outcome),
            alternative: 0,
        }],
    );
    last.blobs = vec![result];
    last.summary.state = RunState::Ended;
    last.summary.status = Some("FAILURE".to_owned());
    last.summary.created_at = ended_at - 1;
    last.summary.ended_at = Some(ended_at);
    last.summary.durations = Some(NodeDurations::from([("build".to_owned(), Some(7))]));
    journal.append(last).unwrap();
    let logs = journal.state_dir().run(run_id).join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    std::fs::write(logs.join("build.1.1.out"), "what it said\n").unwrap();
}

/// All runs that ended before this day.
fn older_than(day: u64) -> Retention {
    Retention {
        ended_before: Some(day * DAY),
        ..Retention::default()
    }
}

fn prune(journal: &SqliteJournal, retention: &Retention) -> stagewright_journal::Pruned {
    let plan = journal.plan_prune(retention).unwrap();
    journal.prune(&plan, &holder(9), &mut |_| {}).unwrap()
}

fn runs(journal: &SqliteJournal) -> Vec<String> {
    let all = journal.list(&ListFilter::default()).unwrap();
    all.into_iter().map(|run| run.run_id).collect()
}

fn has(journal: &SqliteJournal, blob: &Blob) -> bool {
    journal.blob(&blob.reference().hash).unwrap().is_some()
}

#[test]
fn a_run_goes_with_all_that_is_its_own() {
    let store = Store::new();
    let journal = store.open();
    ended(&journal, "run_old", "nightly", 10 * DAY);
    ended(&journal, "run_new", "nightly", 20 * DAY);
    let plan = journal.plan_prune(&older_than(15)).unwrap();
    let going: Vec<&str> = plan.runs.iter().map(|(run, _)| &*run.run_id).collect();
    assert_eq!(going, ["run_old"]);
    assert_eq!((plan.values.count, plan.values.bytes), (1, 2_008));
    assert_eq!(runs(&journal).len(), 2, "a plan changes nothing");
    assert!(has(&journal, &output("run_old", 2_000)));

    let pruned = prune(&journal, &older_than(15));
    assert_eq!((pruned.runs.count, pruned.spared), (1, 0));
    assert_eq!(pruned.values, plan.values);
    assert_eq!(runs(&journal), ["run_new"]);
    assert!(!has(&journal, &output("run_old", 2_000)));
    assert!(has(&journal, &output("run_new", 2_000)));
    assert!(journal.events("run_old", 0).is_err());
    assert_eq!(journal.events("run_new", 0).unwrap().len(), 3);
    assert!(!journal.state_dir().run("run_old").exists());
    assert!(journal.state_dir().run("run_new").exists());
    assert_eq!(journal.past_durations("nightly", 9).unwrap().len(), 1);
    assert!(journal.plan_prune(&older_than(15)).unwrap().is_empty());
}

#[test]
fn runs_go_by_age_number_outcome_and_pipeline() {
    let store = Store::new();
    let journal = store.open();
    for day in 1..=4 {
        ended(&journal, &format!("run_a{day}"), "a", day * DAY);
        let mut new = new_run(&format!("run_b{day}"), "b");
        new.summary.name = "weekly".to_owned();
        new.summary.state = RunState::Ended;
        new.summary.status = Some(["SUCCESS", "CANCELLED"][(day % 2) as usize].to_owned());
        new.summary.created_at = day * DAY;
        new.summary.ended_at = Some(day * DAY);
        drop(journal.create(new).unwrap());
    }
    let going = |retention: Retention| {
        let plan = journal.plan_prune(&retention).unwrap();
        let mut ids: Vec<String> = plan.runs.into_iter().map(|(run, _)| run.run_id).collect();
        ids.sort();
        ids.join(" ")
    };
    let nothing = Retention::default;
    assert_eq!(going(nothing()), "", "nothing is asked for");
    assert_eq!(going(older_than(3)), "run_a1 run_a2 run_b1 run_b2");
    let keep = |keep| Retention {
        keep: Some(keep),
        ..nothing()
    };
    assert_eq!(
        going(keep(2)),
        "run_a1 run_a2 run_b1 run_b2",
        "of each name"
    );
    assert_eq!(going(keep(9)), "");
    assert_eq!(going(keep(0)).split(' ').count(), 8);
    let cancelled = Retention {
        outcomes: vec!["CANCELLED".to_owned()],
        ..nothing()
    };
    assert_eq!(going(cancelled), "run_b1 run_b3");
    for text in ["b", "weekly"] {
        let pipeline = Retention {
            pipeline: Some(text.to_owned()),
            ..older_than(3)
        };
        assert_eq!(going(pipeline), "run_b1 run_b2");
    }
    let all = Retention {
        keep: Some(1),
        outcomes: vec!["FAILURE".to_owned(), "SUCCESS".to_owned()],
        ..older_than(4)
    };
    assert_eq!(going(all), "run_a1 run_a2 run_a3 run_b2");
}

#[test]
fn what_lives_stays_and_what_belongs_to_it() {
    // Goal: neither a run that has not ended, nor the parent or child of one, nor one
    // that somebody drives, goes; each goes as soon as it may.
    let store = Store::new();
    let journal = store.open();
    ended(&journal, "run_parent", "a", DAY);
    ended(&journal, "run_driven", "b", DAY);
    let mut child = new_run("run_child", "c");
    child.summary.parent = Some("run_parent".to_owned());
    let child_lease = journal.create(child).unwrap();
    let mut grandchild = new_run("run_grandchild", "d");
    grandchild.summary.parent = Some("run_child".to_owned());
    grandchild.summary.state = RunState::Ended;
    grandchild.summary.ended_at = Some(DAY);
    drop(journal.create(grandchild).unwrap());
    let driving = journal.acquire("run_driven", &holder(3)).unwrap();

    let plan = journal.plan_prune(&older_than(100)).unwrap();
    assert_eq!(plan.tied, 2, "the parent and the child of run_child");
    let pruned = prune(&journal, &older_than(100));
    assert_eq!((pruned.runs.count, pruned.spared), (0, 1), "it is driven");
    assert_eq!(runs(&journal).len(), 4);
    assert!(has(&journal, &output("run_parent", 2_000)));

    drop(driving);
    let mut last = batch("run_child", "c", 1, 2);
    last.summary.parent = Some("run_parent".to_owned());
    last.summary.state = RunState::Ended;
    last.summary.ended_at = Some(DAY);
    journal.append(last).unwrap();
    drop(child_lease);
    assert_eq!(prune(&journal, &older_than(100)).runs.count, 4);
    assert!(runs(&journal).is_empty());
}

/// A run that is there with these ties, whether it has ended or not.
fn tied(
    journal: &SqliteJournal,
    run_id: &str,
    parent: Option<&str>,
    above: Option<&str>,
    has_ended: bool,
) {
    let mut new = new_run(run_id, run_id);
    new.summary.parent = parent.map(str::to_owned);
    new.summary.step_of = above.map(|above| StepOf {
        run_id: above.to_owned(),
        agent: "deploy".to_owned(),
    });
    if has_ended {
        new.summary.state = RunState::Ended;
        new.summary.ended_at = Some(DAY);
    }
    drop(journal.create(new).unwrap());
}

#[test]
fn the_runs_of_steps_stay_with_those_above_them() {
    // Goal: whatever a run has below it stays as long as anything of the family may be
    // asked for; what has nothing to do with a live run goes.
    let later_try = [
        ("run_top", None, None, false),
        ("run_try1", None, Some("run_top"), true),
        ("run_try2", Some("run_try1"), Some("run_top"), true),
        ("run_deep", None, Some("run_try2"), true),
    ];
    let retried = [
        ("run_top", None, None, true),
        ("run_step", None, Some("run_top"), true),
        ("run_deep", None, Some("run_step"), true),
        ("run_again", Some("run_top"), None, false),
    ];
    let abandoned = [
        ("run_top", None, None, true),
        ("run_step", None, Some("run_top"), true),
        ("run_deep", None, Some("run_step"), false),
    ];
    for family in [later_try.as_slice(), &retried, &abandoned] {
        let store = Store::new();
        let journal = store.open();
        for (run_id, parent, above, has_ended) in family {
            tied(&journal, run_id, *parent, *above, *has_ended);
        }
        tied(&journal, "run_other", None, None, true);
        tied(&journal, "run_other_step", None, Some("run_other"), true);
        let plan = journal.plan_prune(&older_than(9)).unwrap();
        assert_eq!(plan.tied, family.len() - 1, "{family:?}");
        let pruned = journal.prune(&plan, &holder(9), &mut |_| {}).unwrap();
        assert_eq!((pruned.runs.count, pruned.spared), (2, 0), "{family:?}");
        assert_eq!(runs(&journal).len(), family.len(), "{family:?}");
        for (run_id, _, _, has_ended) in family {
            if *has_ended {
                let lease = journal.acquire(run_id, &holder(2)).unwrap();
                let refused = journal.discard(lease, true).unwrap_err();
                assert!(matches!(refused, RemoveError::Tied { .. }), "{refused:?}");
            }
        }
    }
}

#[test]
fn an_id_is_taken_until_its_directory_is_gone() {
    // Goal: nobody makes a run anew between the removal of its rows and of its files.
    let store = Store::new();
    let journal = store.open();
    ended(&journal, "run_a", "a", DAY);
    let plan = journal.plan_prune(&older_than(9)).unwrap();
    let directory = journal.state_dir().run("run_a");
    let mut seen = Vec::new();
    journal
        .prune(&plan, &holder(9), &mut |step| match step {
            PruneStep::RunsRemoved => {
                assert!(directory.exists());
                seen.push(journal.create(new_run("run_a", "a")).map(drop));
            }
            PruneStep::DirectoriesRemoved => {
                assert!(!directory.exists());
                seen.push(journal.create(new_run("run_a", "a")).map(drop));
            }
            PruneStep::ValuesRemoved | PruneStep::LeftoversRemoved | PruneStep::Shrunk => {}
        })
        .unwrap();
    let exists = CreateError::RunExists {
        run_id: "run_a".to_owned(),
    };
    assert_eq!(seen, [Err(exists), Ok(())]);
}

#[test]
fn a_plan_that_is_out_of_date_removes_nothing_that_lives() {
    let store = Store::new();
    let journal = store.open();
    ended(&journal, "run_a", "a", DAY);
    let plan = journal.plan_prune(&older_than(9)).unwrap();
    // It is started over before the plan is carried out.
    let lease = journal.acquire("run_a", &holder(2)).unwrap();
    journal
        .append(batch("run_a", "a", lease.fence(), 3))
        .unwrap();
    drop(lease);
    let pruned = journal.prune(&plan, &holder(9), &mut |_| {}).unwrap();
    assert_eq!((pruned.runs.count, pruned.spared), (0, 1));
    assert_eq!(pruned.values, Amount::default());
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 4);
    assert!(journal.state_dir().run("run_a").exists());
}

#[test]
fn a_value_lives_as_long_as_anything_alive_mentions_it() {
    // Goal: values that events name, values that such values name, and none else; shared
    // ones until the last goes. Small ones are rows, large ones files.
    for size in [100, 2_000_000] {
        let store = Store::new();
        let journal = store.open();
        let inner = output("inner", size);
        let named = format!("{{\"plan\":\"{}\"}}", inner.reference().hash);
        let outer = Blob::of(format!("{named}{}", " ".repeat(size)).into_bytes());
        let forgotten = output("forgotten", size);
        for blob in [&inner, &outer, &forgotten] {
            journal.put_blob(blob.clone()).unwrap();
        }
        for (run_id, day) in [("run_a", 1), ("run_b", 2)] {
            let lease = journal.create(new_run(run_id, run_id)).unwrap();
            end(&journal, run_id, run_id, day * DAY, outer.clone());
            drop(lease);
        }
        let swept = prune(&journal, &older_than(2));
        assert_eq!((swept.runs.count, swept.values.count), (1, 1), "{size}");
        assert!(!has(&journal, &forgotten));
        assert!(has(&journal, &outer) && has(&journal, &inner));
        // With them goes the plan that both runs had.
        let swept = prune(&journal, &older_than(9));
        assert_eq!((swept.runs.count, swept.values.count), (1, 3), "{size}");
        assert!(!has(&journal, &outer) && !has(&journal, &inner));
        let files = std::fs::read_dir(store.dir().blobs()).unwrap().flatten();
        let left: usize = files
            .map(|shard| std::fs::read_dir(shard.path()).unwrap().count())
            .sum();
        assert_eq!(left, 0, "no file is left");
    }
}

#[test]
fn a_value_that_comes_back_during_a_sweep_stays() {
    // Goal: a run that names a doomed value between the look and the removal keeps it,
    // with what that value names, whether it is a row or a file.
    for size in [100, 2_000_000] {
        let store = Store::new();
        let journal = store.open();
        let inner = output("inner", size);
        let text = format!("{}{}", inner.reference().hash, " ".repeat(size));
        let outer = Blob::of(text.into_bytes());
        journal.put_blob(inner.clone()).unwrap();
        journal.put_blob(outer.clone()).unwrap();
        // More than one transaction's worth, so that the sweep looks again in between.
        let mut crowd = new_run("run_crowd", "crowd");
        crowd
            .blobs
            .extend((0..1_500).map(|number: u32| Blob::of(number.to_string().into_bytes())));
        drop(journal.create(crowd).unwrap());
        let other = store.open();
        let mut groups = 0;
        let plan = journal.plan_prune(&Retention::default()).unwrap();
        assert_eq!(plan.values.count, 1_502);
        journal
            .prune(&plan, &holder(9), &mut |step| {
                if step == PruneStep::ValuesRemoved && groups == 0 {
                    let lease = other.create(new_run("run_a", "a")).unwrap();
                    end(&other, "run_a", "a", DAY, outer.clone());
                    drop(lease);
                }
                groups += usize::from(step == PruneStep::ValuesRemoved);
            })
            .unwrap();
        assert_eq!(groups, 2);
        // Whether the first group had taken it away or not: it is there now.
        let stored = journal.blob(&outer.reference().hash).unwrap();
        assert_eq!(stored.as_deref(), Some(outer.bytes()), "{size}");
        let later = prune(&journal, &Retention::default());
        assert_eq!(later.values, Amount::default(), "{size}");
    }
}

#[test]
fn the_database_becomes_smaller() {
    let store = Store::new();
    let journal = store.open();
    for number in 0..15 {
        let run_id = format!("run_{number}");
        let lease = journal.create(new_run(&run_id, "a")).unwrap();
        end(
            &journal,
            &run_id,
            "a",
            (number + 1) * DAY,
            output(&run_id, 200_000),
        );
        drop(lease);
    }
    let pruned = prune(&journal, &older_than(13));
    let (before, after) = pruned.database;
    assert!(
        before > 3_000_000 && after < 1_500_000,
        "{before} to {after}"
    );
    assert_eq!(runs(&journal).len(), 3);
    for number in 12..15 {
        let run_id = format!("run_{number}");
        assert!(has(&journal, &output(&run_id, 200_000)), "{run_id}");
    }
}

#[test]
fn what_a_crash_left_goes_when_it_is_old() {
    let store = Store::new();
    let journal = store.open();
    ended(&journal, "run_a", "a", DAY);
    let hash = output("gone", 5).reference().hash.clone();
    let shard = store.dir().blobs().join(&hash[..2]);
    std::fs::create_dir_all(&shard).unwrap();
    let orphans = [
        store.dir().run("run_gone").join("logs/a.1.1.out"),
        shard.join(&hash),
        shard.join("tmp-77-0"),
    ];
    for path in &orphans {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "left over").unwrap();
    }
    let nothing = Retention::default();
    assert_eq!(
        prune(&journal, &nothing).leftovers,
        Amount::default(),
        "they may be a submission's"
    );
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    let entries = [
        store.dir().run("run_gone"),
        orphans[1].clone(),
        orphans[2].clone(),
    ];
    for path in entries.iter().chain([&store.dir().run("run_a")]) {
        std::fs::File::open(path)
            .unwrap()
            .set_modified(yesterday)
            .unwrap();
    }
    let found = journal.plan_prune(&nothing).unwrap().leftovers;
    assert_eq!((found.count, found.bytes), (3, 27));
    assert_eq!(prune(&journal, &nothing).leftovers, found);
    assert!(entries.iter().all(|path| !path.exists()));
    assert!(store.dir().run("run_a").exists(), "it has a row");
}

#[test]
fn a_run_is_discarded_only_when_nothing_hangs_on_it() {
    let store = Store::new();
    let journal = store.open();
    ended(&journal, "run_done", "a", DAY);
    let lease = with_run(&journal, "run_going", 5);
    assert_eq!(
        journal.discard(lease, false).unwrap_err(),
        RemoveError::NotEnded {
            run_id: "run_going".to_owned(),
            state: "running".to_owned(),
        }
    );
    let mut child = new_run("run_child", "c");
    child.summary.parent = Some("run_done".to_owned());
    drop(journal.create(child).unwrap());
    let take = |run_id: &str| journal.acquire(run_id, &holder(2)).unwrap();
    for force in [false, true] {
        assert_eq!(
            journal.discard(take("run_done"), force).unwrap_err(),
            RemoveError::Tied {
                run_id: "run_done".to_owned(),
                other: "run_child".to_owned(),
            }
        );
    }
    assert_eq!(journal.discard(take("run_child"), true).unwrap().count, 2);
    assert_eq!(journal.discard(take("run_done"), false).unwrap().count, 3);
    assert_eq!(journal.discard(take("run_going"), true).unwrap().count, 5);
    assert!(runs(&journal).is_empty());
    assert!(!journal.state_dir().run("run_done").exists());
    let lease_files = std::fs::read_dir(store.dir().leases()).unwrap().count();
    assert_eq!(lease_files, 0);
}

#[test]
#[ignore = "run by `a_prune_that_dies_at_any_step` as a process of its own"]
fn prunes_step_by_step() {
    let Some(folder) = child::folder() else {
        return;
    };
    let journal = SqliteJournal::open(dir_in(&folder), &Options::default()).unwrap();
    let plan = journal.plan_prune(&older_than(34)).unwrap();
    let mut out = std::io::stdout().lock();
    journal
        .prune(&plan, &holder(std::process::id()), &mut |step| {
            writeln!(out, "step {step:?}").unwrap();
            out.flush().unwrap();
            // Until the parent lets it go on, or ends it.
            std::io::stdin().read_exact(&mut [0]).unwrap();
        })
        .unwrap();
}

#[test]
fn a_prune_that_dies_at_any_step() {
    // Goal: kill -9 after each step loses nothing that stays, and the next prune takes
    // what was left, so that the store is the same as after one that was not killed.
    let full = Store::new();
    fill(&full);
    for killed_after in 1..=7 {
        let store = Store::new();
        copy(full.folder(), store.folder());
        let journal = store.open();
        kill_after(&store, killed_after);
        check_survivors(&journal, 34..=36);
        prune(&journal, &older_than(34));
        check_survivors(&journal, 34..=36);
        assert_eq!(runs(&journal).len(), 3, "killed after {killed_after}");
        // Directories of runs whose rows had gone are too young to be told apart from
        // those of a submission. Nothing else is left.
        let rest = journal.plan_prune(&older_than(34)).unwrap();
        assert!(rest.is_empty(), "{rest:?}");
        let doctor = journal.check(stagewright_journal::CheckLevel::Quick);
        assert!(doctor.iter().all(|check| check.ok), "{doctor:?}");
    }
}

/// 36 runs, one a day.
fn fill(store: &Store) {
    // Nothing is lost with a process that is killed, and the disk is synced less.
    let journal = store.open_with(&Options {
        durability: Durability::Normal,
        ..Options::default()
    });
    for number in 1..=36_u64 {
        let run_id = format!("run_{number:02}");
        let lease = journal.create(new_run(&run_id, "a")).unwrap();
        let result = output(&run_id, size_of(number));
        end(&journal, &run_id, "a", number * DAY, result);
        drop(lease);
    }
}

/// Copies all files below a folder.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Lets a process prune for so many steps, of which there have to be as many, and kills it.
fn kill_after(store: &Store, steps: usize) {
    let mut process = child::command("prune::prunes_step_by_step", store.folder())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .filter(|line| line.contains("step "));
    for _ in 1..steps {
        lines.next().expect("there is another step");
        input.write_all(b"\n").unwrap();
    }
    lines.next().expect("there is another step");
    process.kill().unwrap();
    process.wait().unwrap();
}

/// The bytes of a run's result. Files of large ones go by another way than rows do.
fn size_of(number: u64) -> usize {
    match number {
        20 | 35 => 1_100_000,
        _ => 300,
    }
}

/// Each of these runs is there with its events and its result.
fn check_survivors(journal: &SqliteJournal, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        let run_id = format!("run_{number:02}");
        assert_eq!(journal.events(&run_id, 0).unwrap().len(), 3, "{run_id}");
        assert!(has(journal, &output(&run_id, size_of(number))), "{run_id}");
        assert!(journal.state_dir().run(&run_id).exists(), "{run_id}");
    }
}

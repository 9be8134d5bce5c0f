//! Scenarios 4 and 5 of the specification: files as other tools have written them.

use crate::world::{agents, feature, loaded, pipeline, review};
use stagewright_import::{Options, Standing};
use std::fmt::Write as _;

/// A feature of 300 tasks in 21 waves, with the words and keys of the wild.
fn large() -> String {
    let mut tasks = String::new();
    let mut waves: Vec<Vec<String>> = vec![Vec::new(); 21];
    for at in 0..300 {
        let wave = at % 21;
        let status = ["merged", "backlog", "completed", "pending"][at % 4];
        let needed = match wave {
            0 => String::new(),
            _ => format!("TASK-L-{:03}", at - 1),
        };
        let _ = write!(
            tasks,
            "- id: TASK-L-{at:03}\n  name: \"Step {at}: do it\"\n  \
             file_path: tasks/backlog/large/TASK-L-{at:03}.md\n  complexity: {}\n  \
             dependencies: [{needed}]\n  status: {status}\n  implementation_mode: task-work\n  \
             estimated_minutes: 45\n  requires_infrastructure: []\n  result: null\n  \
             turns_completed: 0\n  current_turn: 0\n  started_at: null\n",
            at % 10 + 1,
        );
        waves[wave].push(format!("TASK-L-{at:03}"));
    }
    let groups: Vec<String> = waves
        .iter()
        .map(|wave| format!("  - [{}]\n", wave.join(", ")))
        .collect();
    format!(
        "id: FEAT-LARGE\nname: \"Large: \\u2014 and long\"\ndescription: 'Two\n\n  paragraphs'\n\
         created: '2026-02-14T00:00:00Z'\nstatus: in_progress\ncomplexity: 32\nestimated_tasks: 300\n\
         tasks:\n{tasks}orchestration:\n  parallel_groups:\n{}  recommended_parallel: 6\n\
         smoke_gates: {{after_wave: [1, 21], command: make, expected_exit: 0, timeout: 300, \
         exit5_is_hard_fail: false}}\nevidence_repos: []\nexecution: {{current_wave: 1, \
         completed_waves: []}}\n",
        groups.concat()
    )
}

/// Goal: scenario 4: large files import and validate, as they are and planned anew.
#[test]
fn large_features_import_validate_and_replan() {
    let text = large();
    let import = feature(&text, &Options::default());
    assert_eq!(import.work.name, "Large: — and long");
    assert_eq!(
        (import.work.waves.len(), import.work.tasks.len()),
        (21, 300)
    );
    assert_eq!(import.work.count(Standing::Finished), 150);
    let loaded_plan = loaded(&import);
    assert_eq!(loaded_plan.warnings, []);
    assert_eq!(loaded_plan.plan.stages.len(), 21);
    let data = pipeline(&import);
    assert_eq!(agents(&data).len(), 300);
    assert_eq!(data["limits"]["max_parallelism"], 6);
    // 300 tasks of 45 minutes take 225 hours one after the other.
    assert_eq!(data["limits"]["timeout"], "450h");

    let options = Options {
        replan: true,
        ..Options::default()
    };
    let anew = feature(&text, &options);
    // Every chain has 21 links at most, and nothing else holds a task back.
    assert_eq!(anew.work.waves.len(), 21);
    assert_eq!(loaded(&anew).warnings, []);
}

/// Goal: what is finished or set aside does not run unless somebody says so, and what
/// needs it does.
#[test]
fn finished_tasks_stay_in_the_pipeline() {
    let text = "id: F\nname: x\ntasks:\n- {id: A, status: completed}\n- {id: B, status: deferred}\n\
                - {id: C, dependencies: [A, B]}\norchestration: {parallel_groups: [[A, B], [C]]}\n";
    let import = feature(text, &Options::default());
    loaded(&import);
    let data = pipeline(&import);
    assert_eq!(
        data["context"],
        serde_json::json!({"redo_finished": false, "take_up_set_aside": false})
    );
    let agents = agents(&data);
    assert_eq!(agents[0]["if"], "context.redo_finished");
    assert_eq!(agents[1]["if"], "context.take_up_set_aside");
    assert_eq!(agents[2]["if"], serde_json::Value::Null);
    assert_eq!(agents[2]["depends_on"], serde_json::json!(["A", "B"]));
}

/// Goal: scenario 5: reports in the layouts of the wild give valid pipelines.
#[test]
fn reports_of_every_layout_validate() {
    for (layout, count) in [
        (
            "## Recommendations\n\n### Phase 1 Subtasks\n\n| ID | Title | Complexity |\n|---|---|---|\n| FW-1 | a: b | 3 |\n| FW-2 | c | 7 |\n",
            2,
        ),
        (
            "## Recommendations\n\n### Immediate (now)\n\n1. **Run it** to see\n2. Note it\n\n### Later\n\n3. Mend `x.py`\n",
            3,
        ),
        (
            "## Recommendations\n\n### REC-001: Wire it\n\n**Effort**: 2 hours\n\n1. import\n\n### REC-002: Test it\n",
            2,
        ),
        ("## Implementation Plan\n\n- one\n- two\n  - detail\n", 2),
        (
            "## Suggested Changes\n\n* one in `a.rs`\n* two in `a.rs`\n",
            2,
        ),
        ("## Action Items\n\n- [ ] one\n- [ ] two\n- [x] three\n", 2),
    ] {
        let text = format!(
            "# Review Report: TASK-REV-1\n\n## The thing\n\n**Date**: today\n\n## Executive Summary\n\nBad.\n\n{layout}\n## Appendix\n\n1. no\n"
        );
        let import = review(&text, &Options::default());
        assert_eq!(import.work.tasks.len(), count, "{layout}");
        assert_eq!(import.work.slug, "the-thing");
        assert_eq!(import.work.summary, "Bad.");
        assert_eq!(loaded(&import).warnings, [], "{layout}");
    }
}

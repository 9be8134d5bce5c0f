//! What an import writes, as it is read.

use crate::world::{feature, review};
use stagewright_import::{Options, WhenThere};

const FEATURE: &str = "\
id: FEAT-7
name: 'Dark mode: everywhere'
description: Eyes are tired.
tasks:
  - {id: TASK-DM-1, name: 'Colours: variables', complexity: 3, implementation_mode: direct, status: merged}
  - {id: TASK-DM-2, name: Switch | toggle, dependencies: [TASK-DM-1], estimated_minutes: 60}
  - {id: TASK-DM-3, name: Tell people, dependencies: [TASK-DM-1], implementation_mode: manual}
orchestration:
  parallel_groups: [[TASK-DM-1], [TASK-DM-2, TASK-DM-3]]
smoke_gates: {after_wave: 2, command: make test}
";

/// Goal: the whole pipeline, as a person reads and edits it.
#[test]
fn the_pipeline_of_a_feature() {
    let options = Options {
        run: Some("claude -p < \"$TASK_FILE\"".to_owned()),
        parallelism_of_flag: Some(2),
        keep_going: true,
        ..Options::default()
    };
    let import = feature(FEATURE, &options);
    assert_eq!(import.files[0].path, "dark-mode-everywhere.pipeline.yaml");
    insta::assert_snapshot!(import.files[0].text, @r#"
    # Made from FEAT-1.yaml by `stagewright import feature`.
    # A wave is a stage, a task is an agent. `x-run` is what works on each task: a shell
    # command that finds its task in the variables under `env`.
    name: "Dark mode: everywhere"
    x-feature: FEAT-7
    x-run: &run |-
      claude -p < "$TASK_FILE"
    context: {redo_finished: false}
    limits: {timeout: 24h, max_parallelism: 2}

    stages:
      - id: wave_1
        name: Wave 1
        agents:
          - id: TASK_DM_1
            name: "TASK-DM-1: Colours: variables"
            if: context.redo_finished
            on_failure: continue
            run: *run
            env:
              TASK_ID: TASK-DM-1
              TASK_FILE: tasks/backlog/dark-mode-everywhere/TASK-DM-1-colours-variables.md
              TASK_MODE: direct
      - id: wave_2
        name: Wave 2
        mode: parallel
        agents:
          - id: TASK_DM_2
            name: "TASK-DM-2: Switch | toggle"
            depends_on: [TASK_DM_1]
            on_failure: continue
            run: *run
            env:
              TASK_ID: TASK-DM-2
              TASK_FILE: tasks/backlog/dark-mode-everywhere/TASK-DM-2-switch-toggle.md
              TASK_MODE: task-work
              TASK_WORKSPACE: dark-mode-everywhere-wave2-1
          - id: TASK_DM_3
            name: "TASK-DM-3: Tell people"
            depends_on: [TASK_DM_1]
            on_failure: continue
            human: {ask: "TASK-DM-3: Tell people — is it done? (described in tasks/backlog/dark-mode-everywhere/TASK-DM-3-tell-people.md)", choices: [done, reject]}
        gates:
          - id: smoke_wave_2
            run: |-
              make test
            timeout: 120s
            exit_codes: {pass: 0, no_evidence: 5}
    "#);
}

/// Goal: the documents around it.
#[test]
fn the_documents_of_a_feature() {
    let import = feature(FEATURE, &Options::default());
    let paths: Vec<(&str, WhenThere)> = import
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.when_there))
        .collect();
    let folder = "tasks/backlog/dark-mode-everywhere";
    let in_folder = |name: &str| format!("{folder}/{name}.md");
    assert_eq!(
        paths,
        [
            ("dark-mode-everywhere.pipeline.yaml", WhenThere::Refuse),
            (&in_folder("README"), WhenThere::Keep),
            (&in_folder("IMPLEMENTATION-GUIDE"), WhenThere::Keep),
            (&in_folder("TASK-DM-1-colours-variables"), WhenThere::Keep),
            (&in_folder("TASK-DM-2-switch-toggle"), WhenThere::Keep),
            (&in_folder("TASK-DM-3-tell-people"), WhenThere::Keep),
        ]
    );
    insta::assert_snapshot!(import.files[1].text, @r"
    # Dark mode: everywhere

    Imported from the feature file `FEAT-1.yaml`.

    Eyes are tired.

    ## Tasks

    | task | what | wave | mode | complexity | status |
    | --- | --- | --- | --- | --- | --- |
    | TASK-DM-1 | Colours: variables | 1 | direct | 3 | merged |
    | TASK-DM-2 | Switch \| toggle | 2 | task-work | 5 | pending |
    | TASK-DM-3 | Tell people | 2 | manual | 5 | pending |

    `IMPLEMENTATION-GUIDE.md` says in which order they are done.
    ");
    insta::assert_snapshot!(import.files[2].text, @r"
    # Implementation guide: Dark mode: everywhere

    `stagewright run dark-mode-everywhere.pipeline.yaml` does all of this.

    A wave begins when everything of the one before it is done and its checks have passed.

    ## Wave 1: one task

    - **TASK-DM-1** Colours: variables (direct, complexity 3)

    ## Wave 2: 2 tasks, which can be worked on at once

    - **TASK-DM-2** Switch | toggle (task-work, complexity 5)
      - workspace `dark-mode-everywhere-wave2-1`
      - needs TASK-DM-1
    - **TASK-DM-3** Tell people (manual, complexity 5)
      - workspace `dark-mode-everywhere-wave2-2`
      - needs TASK-DM-1

    Then the check smoke_wave_2 has to pass.
    ");
    insta::assert_snapshot!(import.files[4].text, @r#"
    ---
    id: TASK-DM-2
    title: "Switch | toggle"
    status: backlog
    complexity: 5
    implementation_mode: task-work
    parallel_group: 2
    workspace: dark-mode-everywhere-wave2-1
    dependencies: [TASK-DM-1]
    files: []
    estimated_minutes: 60
    ---

    # Switch | toggle

    ## Needs

    - TASK-DM-1: Colours: variables
    "#);
}

/// Goal: a task file of a review has everything that the report says about the task.
#[test]
fn the_task_file_of_a_review() {
    let text = "# Review: payments\n\n## Recommendations\n\n\
                1. **Retry: with a key**: in `pay/client.py`\n   - Complexity: 4\n   - use the\n     order's id\n\
                2. Test it in `tests/pay.py` (depends on 1)\n";
    let import = review(text, &Options::default());
    assert!(
        import
            .files
            .iter()
            .all(|file| file.when_there == WhenThere::Refuse)
    );
    insta::assert_snapshot!(import.files[3].text, @r#"
    ---
    id: TASK-PAY-001
    title: "Retry: with a key"
    status: backlog
    complexity: 4
    implementation_mode: direct
    parallel_group: 1
    dependencies: []
    files: [pay/client.py]
    ---

    # Retry: with a key

    in `pay/client.py`

    - Complexity: 4
    - use the
      order's id

    ## Files

    - `pay/client.py`
    "#);
    insta::assert_snapshot!(import.files[4].text, @r#"
    ---
    id: TASK-PAY-002
    title: "Test it in tests/pay.py"
    status: backlog
    complexity: 5
    implementation_mode: direct
    parallel_group: 2
    dependencies: [TASK-PAY-001]
    files: [tests/pay.py]
    ---

    # Test it in tests/pay.py

    ## Files

    - `tests/pay.py`

    ## Needs

    - TASK-PAY-001: Retry: with a key
    "#);
}

//! Lists and loops over agents and stages (decisions 4, 29 and 34).

use crate::story::check;

#[test]
fn a_list_goes_one_at_a_time_in_a_sequential_stage() {
    // Goal: the next agent waits for the whole of the repeated one; n agents are counted.
    check(
        "stage s\n  a each=x,y,z\n  b",
        "",
        "order: 0 a*3 a[0]+ | 1 a[0]- a[1]+ | 2 a[1]- a[2]+ | 3 a[2]- a. b+ | 4 b-
         agents: a=SUCCESS b=SUCCESS
         tally: 4 = 4 + 0 + 0
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_list_goes_abreast_as_far_as_it_may() {
    // Goal: its own bound, the stage's and the run's all hold.
    check(
        "stage s\n  a each=x,y,z abreast=2\n  b",
        "a[0]: ok 3s",
        "order: 0 a*3 a[0]+ a[1]+ | 1 a[1]- a[2]+ | 2 a[2]- | 3 a[0]- a. b+ | 4 b-",
    );
    check(
        "stage s parallel\n  a each=x,y,z\n  b",
        "",
        "order: 0 a*3 a[0]+ a[1]+ a[2]+ b+ | 1 a[0]- a[1]- a[2]- a. b-",
    );
    check(
        "stage s parallel max=2\n  a each=x,y,z",
        "",
        "order: 0 a*3 a[0]+ a[1]+ | 1 a[0]- a[2]+ a[1]- | 2 a[2]- a.",
    );
    check(
        "run mode=sequential\nstage s parallel\n  a each=x,y abreast=2",
        "",
        "order: 0 a*2 a[0]+ | 1 a[0]- a[1]+ | 2 a[1]- a.",
    );
}

#[test]
fn an_empty_list_is_skipped_without_harm() {
    // Goal: nothing to do blocks nothing, and whoever depends on it goes on; but a run in
    // which nothing at all was checked still blocks.
    check(
        "stage s parallel\n  a each=[]\n  b needs=a",
        "",
        "agents: a=no_items b=SUCCESS
         tally: 2 = 1 + 0 + 1
         end: SUCCESS MERGE",
    );
    check(
        "stage s\n  a each=[]",
        "",
        "end: SUCCESS BLOCK\nblocks: no_evidence",
    );
    check(
        "stage s each=[]\n  a\n  g gate\nstage t\n  b",
        "",
        "agents: a=no_items g=no_items b=SUCCESS
         stages: s=SKIPPED t=SUCCESS
         tally: 2 = 1 + 0 + 1
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_list_that_cannot_be_made_is_a_failure() {
    check(
        "stage s parallel\n  a each=?\n  b needs=a",
        "",
        "agents: a=FAILURE(invalid_input) b=dependency_failed
         end: PARTIAL_SUCCESS BLOCK
         tally: 2 = 0 + 1 + 1
         blocks: missing_evidence(a) missing_evidence(b) no_evidence",
    );
    check(
        "stage s each=?\n  a\nstage t\n  b",
        "",
        "agents: a=stage_condition_error b=SUCCESS
         end: SUCCESS BLOCK
         blocks: missing_evidence(a)",
    );
}

#[test]
fn a_condition_about_the_element_is_asked_for_each() {
    // Goal: `if` that reads `item` filters; one that does not is asked once for all.
    check(
        "stage s parallel\n  a each=x,y,z if item != 'y'",
        "",
        "instances: a[0]=SUCCESS a[1]=condition_false a[2]=SUCCESS
         agents: a=SUCCESS
         tally: 3 = 2 + 0 + 1",
    );
    check(
        "context {\"go\":false}\nstage s parallel\n  a each=x,y if context.go",
        "",
        "instances:\nagents: a=condition_false\ntally: 1 = 0 + 0 + 1",
    );
    check(
        "stage s parallel\n  a each=x,y if index > 7",
        "",
        "agents: a=condition_false\ntally: 2 = 0 + 0 + 2",
    );
}

#[test]
fn one_failed_instance_fails_the_whole_and_blocks() {
    // Goal: a success beside it does not hide it (decision 29), dependents are skipped.
    check(
        "stage s parallel\n  a each=x,y\n  b needs=a\n  c any=a",
        "a[1]: fail",
        "agents: a=FAILURE(execution) b=dependency_failed c=SUCCESS
         instances: a[0]=SUCCESS a[1]=FAILURE(execution)
         tally: 4 = 2 + 1 + 1
         end: PARTIAL_SUCCESS BLOCK
         blocks: missing_evidence(a[1]) missing_evidence(b)",
    );
    check(
        "stage s parallel\n  a each=x,y optional\n  b",
        "a[1]: fail",
        "end: PARTIAL_SUCCESS MERGE",
    );
}

#[test]
fn each_instance_has_its_own_tries() {
    check(
        "stage s parallel\n  a each=x,y retries=1 base=2s",
        "a[0]: fail, ok",
        "order: 0 a*2 a[0]+ a[1]+ | 1 a[0]! a[1]- | 3 a[0]+ | 4 a[0]- a.
         end: SUCCESS MERGE",
    );
}

#[test]
fn findings_of_all_instances_count() {
    check(
        "policy {\"max_high_violations\":0}\nstage s parallel\n  a each=x,y",
        "a[1]: ok high=1",
        "end: SUCCESS BLOCK\nblocks: high_violations(1)",
    );
}

#[test]
fn a_halt_ends_a_list_early() {
    // Goal: what never started is counted as skipped, and the whole is not a success.
    check(
        "stage s\n  a each=x,y,z halt",
        "a[0]: fail",
        "order: 0 a*3 a[0]+ | 1 a[0]- HALT a.
         instances: a[0]=FAILURE(execution)
         agents: a=FAILURE(execution)
         tally: 3 = 0 + 1 + 2
         end: PARTIAL_SUCCESS BLOCK
         blocks: missing_evidence(a[0]) missing_evidence(a) no_evidence",
    );
    check(
        "stage s\n  a each=x,y,z\nstage t\n  b",
        "at 500ms cancel",
        "order: 0 a*3 a[0]+ | 0.5 CANCEL | 1 a[0]- a. t~
         tally: 4 = 1 + 0 + 3
         end: CANCELLED BLOCK",
    );
    check(
        "stage s\n  a\n  b each=x,y",
        "at 500ms cancel",
        "agents: a=SUCCESS b=cancelled\ntally: 2 = 1 + 0 + 1",
    );
}

#[test]
fn a_stage_is_repeated_with_all_that_is_in_it() {
    // Goal: each iteration has its own order, dependencies and gates; what depends on the
    // stage waits for all of them.
    check(
        "stage s each=x,y\n  a\n  b\n  g gate\nstage t\n  c",
        "g: pass",
        "order: 0 s*2 a[0]+ | 1 a[0]- b[0]+ | 2 b[0]- g[0]+ | 3 g[0]- a[1]+ | 4 a[1]- b[1]+ | 5 b[1]- g[1]+ | 6 g[1]- s. c+ | 7 c-
         agents: a=SUCCESS b=SUCCESS g=SUCCESS c=SUCCESS
         stages: s=SUCCESS t=SUCCESS
         tally: 5 = 5 + 0 + 0
         end: SUCCESS MERGE",
    );
}

#[test]
fn iterations_of_a_stage_go_abreast() {
    // Goal: `max` lets iterations overlap, a slow one does not hold up the others, and a
    // gate shares the tree with nobody.
    check(
        "stage s each=x,y,z max=2\n  a\n  b",
        "a[0]: ok 3s",
        "order: 0 s*3 a[0]+ a[1]+ | 1 a[1]- b[1]+ | 2 b[1]- a[2]+ | 3 a[0]- b[0]+ a[2]- b[2]+ | 4 b[0]- b[2]- s.",
    );
    check(
        "stage s parallel each=x,y\n  a\n  g gate",
        "g: pass\na[1]: ok 2s",
        "order: 0 s*2 a[0]+ a[1]+ | 1 a[0]- | 2 a[1]- g[0]+ | 3 g[0]- g[1]+ | 4 g[1]- s.",
    );
}

#[test]
fn inside_a_repeated_stage_a_sibling_means_the_same_iteration() {
    // Goal: dependencies and conditions look at the same iteration (decision 34).
    check(
        "stage s parallel each=x,y\n  a\n  b needs=a\n  c any=a if results.a.status == 'FAILURE'",
        "a[1]: fail",
        "instances: a[0]=SUCCESS a[1]=FAILURE(execution) b[0]=SUCCESS b[1]=dependency_failed c[0]=condition_false c[1]=SUCCESS
         agents: a=FAILURE(execution) b=FAILURE(cancelled) c=SUCCESS
         end: PARTIAL_SUCCESS BLOCK
         blocks: missing_evidence(a[1]) missing_evidence(b[1])",
    );
}

#[test]
fn outside_a_repeated_agent_is_one_object_with_items() {
    // Goal: decision 34: `output` is the list, `items` the results in order.
    check(
        "stage s parallel\n  a each=x,y\nstage t\n  b if results.a.items[1].output.n == 7 and results.a.output[0].n == 3 and results.a.status == 'SUCCESS'\n  c if results.a['items'] | length == 9",
        "a[0]: ok output.n=3\na[1]: ok output.n=7",
        "agents: a=SUCCESS b=SUCCESS c=condition_false",
    );
}

#[test]
fn an_output_of_one_instance_that_is_too_large_is_not_missing() {
    // Goal: a condition about all of them cannot be evaluated, and that blocks; one about
    // something else can.
    check(
        "stage s parallel\n  a each=x,y\nstage t\n  b if results.a.items | selectattr('output.v') | list | length > 0\n  c if results.a.status == 'SUCCESS'",
        "a[1]: ok output?too_large=true",
        "agents: a=SUCCESS b=condition_error c=SUCCESS\nblocks: missing_evidence(b)",
    );
}

#[test]
fn a_whole_has_the_tries_of_its_instances() {
    check(
        "stage s parallel\n  a each=x,y retries=1 base=0s\nstage t\n  b if results.a.tries == 3 and results.a.retry_count == 1 and results.a['items'][0].tries == 2",
        "a[0]: fail, ok",
        "agents: a=SUCCESS b=SUCCESS",
    );
}

#[test]
fn a_loop_goes_on_until_its_condition_holds() {
    check(
        "stage s\n  a until=5:results.a.output.done\n  b",
        "a: ok output.done=false, ok output.done=false, ok output.done=true",
        "order: 0 a*1 a[0]+ | 1 a[0]- a*2 a[1]+ | 2 a[1]- a*3 a[2]+ | 3 a[2]- a. b+ | 4 b-
         tally: 4 = 4 + 0 + 0
         end: SUCCESS MERGE",
    );
    check(
        "stage s\n  a while=5:index<2",
        "",
        "order: 0 a*1 a[0]+ | 1 a[0]- a*2 a[1]+ | 2 a[1]- a.",
    );
    check(
        "stage s\n  a while=5:index>2\n  b",
        "",
        "agents: a=no_items b=SUCCESS\nend: SUCCESS MERGE",
    );
}

#[test]
fn a_loop_that_reaches_its_bound_has_failed() {
    // Goal: the bound is no success, whatever the iterations were.
    check(
        "stage s\n  a until=2:false\n  b",
        "",
        "order: 0 a*1 a[0]+ | 1 a[0]- a*2 a[1]+ | 2 a[1]- a. b+ | 3 b-
         agents: a=FAILURE(execution) b=SUCCESS
         end: PARTIAL_SUCCESS BLOCK
         blocks: missing_evidence(a)",
    );
    check(
        "stage s\n  a until=2:false halt\n  b",
        "",
        "agents: a=FAILURE(execution) b=halted\nend: PARTIAL_SUCCESS BLOCK",
    );
    check(
        "run fail_fast\nstage s parallel\n  a until=1:false\n  b retries=3",
        "b: fail 1500ms",
        "order: 0 a*1 a[0]+ b+ | 1 a[0]- a. HALT b-
         end: PARTIAL_SUCCESS BLOCK",
    );
    check(
        "stage s until=2:results.a.output.done\n  a\nstage t\n  b",
        "a: ok output.done=false",
        "agents: a=SUCCESS b=SUCCESS
         stages: s=FAILURE t=SUCCESS
         end: PARTIAL_SUCCESS BLOCK
         blocks: missing_evidence(s)",
    );
}

#[test]
fn a_loop_of_a_stage_ends_when_a_gate_passes() {
    // Goal: the usual use: an optional gate leaves it to the condition, and the last
    // iteration is the one that counts.
    check(
        "stage s until=3:results.g.verdict=='pass'\n  a\n  g gate optional",
        "g: unfit, pass\na: ok high=9, ok",
        "order: 0 s*1 a[0]+ | 1 a[0]- g[0]+ | 2 g[0]- s*2 a[1]+ | 3 a[1]- g[1]+ | 4 g[1]- s.
         agents: a=SUCCESS g=SUCCESS
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_required_failure_ends_a_loop() {
    check(
        "stage s\n  a until=5:results.a.status=='SUCCESS'",
        "a: fail",
        "order: 0 a*1 a[0]+ | 1 a[0]- a.\nagents: a=FAILURE(execution)\nend: PARTIAL_SUCCESS BLOCK",
    );
    check(
        "stage s\n  a optional until=5:results.a.status=='SUCCESS'\n  b",
        "a: fail, fail, ok",
        "agents: a=SUCCESS b=SUCCESS\ntally: 4 = 2 + 2 + 0\nend: PARTIAL_SUCCESS MERGE",
    );
}

#[test]
fn a_condition_that_cannot_be_evaluated_ends_a_loop_as_a_failure() {
    check(
        "stage s\n  a until=5:results.a.output.done",
        "",
        "order: 0 a*1 a[0]+ | 1 a[0]- a.\nagents: a=FAILURE(invalid_input)",
    );
    check(
        "stage s until=5:results.a.output.done\n  a",
        "",
        "agents: a=SUCCESS\nstages: s=FAILURE\nblocks: missing_evidence(s)",
    );
    check(
        "stage s\n  a while=5:results.a.output.more",
        "",
        "agents: a=FAILURE(invalid_input)\ntally: 1 = 0 + 1 + 0",
    );
    check(
        "stage s while=5:results.a.output.more\n  a",
        "",
        "agents: a=stage_condition_error\nstages: s=SKIPPED",
    );
}

#[test]
fn going_on_repeats_only_what_failed_of_a_list() {
    // Goal: finished instances are kept (decision 31), those never started are made up for.
    check(
        "stage s parallel\n  a each=x,y,z\n  b needs=a",
        "a[1]: fail, ok\nat 10s resume",
        "order: 0 a*3 a[0]+ a[1]+ a[2]+ | 1 a[0]- a[1]- a[2]- a. b~ | 10 CLAIM REOPEN a[1]+ | 11 a[1]- a. b+ | 12 b-
         tally: 4 = 4 + 0 + 0
         end: SUCCESS MERGE",
    );
    check(
        "stage s\n  a each=x,y,z halt",
        "a[0]: fail, ok\nat 10s resume",
        "order: 0 a*3 a[0]+ | 1 a[0]- HALT a. | 10 CLAIM REOPEN a[0]+ | 11 a[0]- a[1]+ | 12 a[1]- a[2]+ | 13 a[2]- a.
         tally: 3 = 3 + 0 + 0
         end: SUCCESS MERGE",
    );
}

#[test]
fn going_on_repeats_only_what_failed_of_a_stages_iterations() {
    // Goal: the iteration that failed goes on from where it failed; the others stand.
    check(
        "stage s each=x,y\n  a\n  b needs=a\n  g gate",
        "g: pass\nb[1]: fail, ok\nat 20s resume",
        "order: 0 s*2 a[0]+ | 1 a[0]- b[0]+ | 2 b[0]- g[0]+ | 3 g[0]- a[1]+ | 4 a[1]- b[1]+ | 5 b[1]- g[1]+ | 6 g[1]- s. | 20 CLAIM REOPEN b[1]+ | 21 b[1]- g[1]+ | 22 g[1]- s.
         tally: 4 = 4 + 0 + 0
         end: SUCCESS MERGE",
    );
}

#[test]
fn going_on_begins_loops_and_lists_that_follow_anew() {
    check(
        "stage s\n  a until=2:results.a.output.done",
        "a: ok output.done=false, ok output.done=false, ok output.done=true\nat 10s resume",
        "order: 0 a*1 a[0]+ | 1 a[0]- a*2 a[1]+ | 2 a[1]- a. | 10 CLAIM REOPEN a*1 a[0]+ | 11 a[0]- a.
         tally: 1 = 1 + 0 + 0
         end: SUCCESS MERGE",
    );
    check(
        "stage s parallel\n  a\n  b each=x,y any=a",
        "a: fail, ok\nat 10s resume",
        "order: 0 a+ | 1 a- b*2 b[0]+ b[1]+ | 2 b[0]- b[1]- b. | 10 CLAIM REOPEN a+ | 11 a- b*2 b[0]+ b[1]+ | 12 b[0]- b[1]- b.
         tally: 3 = 3 + 0 + 0
         end: SUCCESS MERGE",
    );
}

#[test]
fn a_crash_in_a_repetition_loses_a_launch_and_nothing_else() {
    check(
        "stage s\n  a each=x,y,z abreast=2",
        "a[0]: ok 2s\nat 1500ms crash 1s",
        "order: 0 a*3 a[0]+ a[1]+ | 1 a[1]- a[2]+ | 2.5 CLAIM a[0]? a[2]? a[0]+ a[2]+ | 3.5 a[2]- | 4.5 a[0]- a.
         end: SUCCESS MERGE",
    );
    check(
        "stage s until=3:index>=1\n  a\n  b",
        "at 1500ms crash 1s",
        "order: 0 s*1 a[0]+ | 1 a[0]- b[0]+ | 2.5 CLAIM b[0]? b[0]+ | 3.5 b[0]- s*2 a[1]+ | 4.5 a[1]- b[1]+ | 5.5 b[1]- s.",
    );
}

#[test]
fn people_are_asked_for_each_element() {
    check(
        "stage s\n  a each=x,y human\n  b",
        "at 1s approve a[0]\nat 2s approve a[1]",
        "order: 0 a*2 a[0]= | 1 a[0]- a[1]= | 2 a[1]- a. b+ | 3 b-\nend: SUCCESS MERGE",
    );
    check(
        "stage s\n  a\n  h each=x,y human",
        "at 2s approve h[0]\nat 3s reject h[1]",
        "end: SUCCESS BLOCK\nblocks: rejected(h[1])",
    );
}

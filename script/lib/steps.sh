# Sourced. Runs named steps one after the other, goes on after a failure, counts what the test runners counted themselves.
# shellcheck shell=bash

steps_passed=0
steps_failed=0
steps_that_failed=()
steps_logs=target/steps
mkdir -p "$steps_logs"
failures_told=$(mktemp)

# Prints "PASSED FAILED" from what a runner wrote: cargo's and vitest's own lines, or, where there is one, the last line
# `N passed, N failed`, which already sums up the others.
count_tests() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    function number_before(word,   i) {
      for (i = 2; i <= NF; i++) if ($i ~ "^" word "[;,]?$") return $(i - 1)
      return 0
    }
    /^test result: /                               { passed += number_before("passed"); failed += number_before("failed") }
    /^ *Tests  .*\([0-9]+\)$/                      { passed += number_before("passed"); failed += number_before("failed") }
    /^([a-z]+: )?[0-9]+ passed, [0-9]+ failed/     { summed = 1; all_passed = number_before("passed"); all_failed = number_before("failed") }
    END { if (summed) print all_passed + 0, all_failed + 0; else print passed + 0, failed + 0 }
  '
}

# What a reader wants of a step that failed: each failed test with the end of what it said, and what did not compile. A run's
# last lines are sometimes all that is kept of it, so they must name the test.
what_failed() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^---- .* stdout ----$/          { said = 25; print; next }
    /^failures:$/                    { said = 0 }
    said > 0 && NF                   { said--; print "  " $0; next }
    /^test .* FAILED$/               { print; next }
    /^error(\[|:)/                   { print; getline; print; next }
    /^ +FAIL /                       { print; next }
    /^ +[0-9]+\) \[/                 { print; next }
    / FAILED after |^fail(ed)?: /    { print }
  ' | head -n 150
}

# step_of KIND NAME COMMAND…: a `tests` step must have run a test; a `check` counts only when it fails.
step_of() {
  local kind=$1 name=$2 log started=$SECONDS status=0 passed=0 failed=0
  shift 2
  log="$steps_logs/${name//[^a-zA-Z0-9]/-}.log"
  say "$name …"
  "$@" </dev/null 2>&1 | tee "$log" || status=$?
  if [ "$kind" = tests ]; then
    read -r passed failed < <(count_tests "$log")
    if ((status == 0 && passed + failed == 0)); then
      say "$name: no test was run"
      status=1
    fi
  fi
  # What fails without a failed test (it does not compile, it crashes, it is a check) is one failure.
  if ((status != 0 && failed == 0)); then failed=1; fi
  steps_passed=$((steps_passed + passed))
  steps_failed=$((steps_failed + failed))
  if ((failed > 0)); then
    steps_that_failed+=("$name")
    what_failed "$log" >>"$failures_told"
    say "$name: FAILED after $(took $((SECONDS - started))), see $log"
  else
    say "$name: well, $(took $((SECONDS - started)))"
  fi
}

tests() { step_of tests "$@"; }
check() { step_of check "$@"; }

# The closing line; fails if anything did.
close_steps() {
  if ((${#steps_that_failed[@]} > 0)); then
    say "failed: $(printf '%s; ' "${steps_that_failed[@]}" | sed 's/; $//')"
    # Shifted to the right, so that a step around this one finds each failure once.
    sed 's/^/  | /' "$failures_told"
  fi
  rm -f "$failures_told"
  say "took $(took $SECONDS)"
  printf '%d passed, %d failed\n' "$steps_passed" "$steps_failed"
  ((steps_failed == 0))
}

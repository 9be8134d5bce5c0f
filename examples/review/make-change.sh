#!/bin/sh
# Makes change.bundle: the git repository that the example reviews.
#
#     sh examples/review/make-change.sh [BUNDLE]
#
# The repository is change/base, committed as `main`, with change/patches on two
# branches. Names and dates are fixed and no configuration of the machine is read, so
# the commit ids are always the same; they are printed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bundle=${1:-$here/change.bundle}
case $bundle in
    /*) ;;
    *) bundle=$PWD/$bundle ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/template"

export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@shop.example
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@shop.example
export GIT_AUTHOR_DATE='2026-01-05T09:00:00+00:00'
export GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

git -c init.defaultBranch=main init --quiet --template="$work/template" "$work/shop"
cp -R "$here/change/base/." "$work/shop"
cd "$work/shop"
git add --all
git commit --quiet -m 'Orders, the bulk discount, a file to keep them'

git checkout --quiet -b feature/discount-codes
git am --quiet --committer-date-is-author-date "$here"/change/patches/discount-codes/*.patch

# The second try begins where the first one was still good: after its first commit.
git checkout --quiet -b feature/discount-codes-v2 feature/discount-codes~2
git am --quiet --committer-date-is-author-date "$here"/change/patches/discount-codes-v2/*.patch

git checkout --quiet main
git -c pack.threads=1 bundle create --quiet "$bundle" HEAD --branches
git bundle list-heads "$bundle"

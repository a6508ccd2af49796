# What the tests of engines share: a folder of their own, a plan, a comparison of bytes. Source it.
work=$(mktemp -d)

clean() {
    rm -rf "$work"
}

# Plans the small experiment into a folder.
plan() {
    "$gridrush" plan scenarios/experiment-quickstart.toml -o "$1" --probe 0 -p end=2025-07-01 >/dev/null
}

# Fails unless two folders of results hold the same bytes; logs and the path to the inputs may differ.
same() {
    diff -r --exclude='*.log' --exclude=plan.json "$1" "$2"
    echo "identical: $(find "$1" -type f ! -name '*.log' ! -name plan.json | wc -l) files, $3"
}

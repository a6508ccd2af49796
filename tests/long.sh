#!/usr/bin/env bash
# The proofs that take minutes, by name: tests/long.sh adequacy|identity|calibrate|backtest|regions|time|fuzz-matpower|
# experiments|scaling
# fuzz-matpower takes a number of seconds behind it; ten minutes without.
# Results go to a folder of their own that is removed at the end, unless LONG_OUT names one to keep.
# docs/evidence.md holds what they said last.
set -euo pipefail
cd "$(dirname "$0")/.."

names="adequacy identity calibrate backtest regions time fuzz-matpower experiments scaling"
name=${1:-}
seconds=${2:-600}
if [[ " $names " != *" $name "* || $# -gt 2 || ($# -eq 2 && $name != fuzz-matpower) ]]; then
    echo "usage: tests/long.sh NAME, one of: $names" >&2
    exit 2
fi

if [[ -n ${LONG_OUT:-} ]]; then
    out=$LONG_OUT
    mkdir -p "$out"
else
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi

# The fuzzer wants the overflow checks of the dev profile and needs no program.
if [[ $name != fuzz-matpower ]]; then
    cargo build --release --quiet
fi
gridrush=target/release/gridrush
# Public files that are not part of the project; docs/evidence.md lists them.
public_data=${GRIDRUSH_TEST_DATA:-../shared/data}

# Runs a scenario without charts; what it prints goes to a log beside its results.
simulate() {
    local scenario=$1 folder=$2
    shift 2
    echo "-- $scenario"
    if ! "$gridrush" run "$scenario" -o "$folder" --no-charts --no-progress "$@" >"$folder.log" 2>&1; then
        cat "$folder.log" >&2
        return 1
    fi
}

# Fails unless two folders of results hold the same bytes; where and when they were made may differ.
same() {
    diff -r --exclude=provenance.json "$1" "$2"
    echo "identical: $(find "$1" -type f ! -name provenance.json | wc -l) files, $3"
}

# No shortage without large loads, hardly any with them, and what supply response does about it.
prove_adequacy() {
    local arm
    for arm in texas-no-large-loads texas texas-no-supply-response; do
        simulate "scenarios/$arm.toml" "$out/$arm"
    done
    # Enough is built for native load when nothing fails and every unit may run.
    simulate scenarios/texas-no-large-loads.toml "$out/texas-native-calm" -p outages.units=false \
        -p outages.planned=false -p outages.branches=false -p dispatch.commitment=none -p dispatch.security=n0
    python3 tests/long/adequacy.py "$out"
}

# The same inputs give the same bytes: twice over, and on one thread or two.
prove_identity() {
    simulate scenarios/texas.toml "$out/first"
    simulate scenarios/texas.toml "$out/second"
    same "$out/first" "$out/second" "ten years twice"
    local threads
    for threads in 1 2; do
        echo "-- compare on $threads threads"
        "$gridrush" compare scenarios/texas-queue-policies.toml -n 2 -j "$threads" -o "$out/threads$threads" \
            -p end=2025-07-01 --no-progress >"$out/threads$threads.log"
    done
    same "$out/threads1" "$out/threads2" "five arms of two replications on 1 and 2 threads"
}

# The weather of four regions against the history that it was fitted to, which is not part of the project.
prove_calibrate() {
    local data=$public_data packed region
    if [[ ! -d $data ]]; then
        echo "skipped: the history of loads, wind and sun is not in $data"
        return
    fi
    mkdir -p "$out/history"
    for packed in "$data"/load_eia930_2020_2022/*/*.csv.gz "$data"/fuelmix_2020_2021/*.csv.gz "$data"/nyiso_2019_2020/*.csv.gz; do
        gunzip -c "$packed" >"$out/history/$(basename "$packed" .gz)"
    done
    for packed in "$data"/fuelmix_2022/*.csv.gz; do
        gunzip -c "$packed" >"$out/history/2022-$(basename "$packed" .gz)"
    done
    for region in texas pjm caiso nyiso; do
        echo "-- $region"
        "$gridrush" calibrate "data/regions/$region/calibrate.toml" --input "$out/history" --check | grep -E "FAIL|all [0-9]+ checks|what the recipe"
    done
}

# Real years beside what happened; the files are not part of the project.
prove_backtest() {
    local data=$public_data packed year
    if [[ ! -d $data ]]; then
        echo "skipped: the files of real years are not in $data"
        return
    fi
    mkdir -p "$out/observed"
    for packed in "$data"/load_eia930_2020_2022/*/ERCO-*.csv.gz "$data"/fuelmix_2020_2021/US-TEX-ERCO.csv.gz \
        "$data"/ercot_price_dam_2021/*.csv.gz "$data"/nyiso_2019_2020/*_2019.csv.gz; do
        gunzip -c "$packed" >"$out/observed/$(basename "$packed" .gz)"
    done
    cp "$data"/ercot_price_dam_2021/*.csv "$data"/uri_2021/*.csv "$data"/nyiso_2019_2020/fuelPriceWeekly_2019.csv "$out/observed"
    for year in ercot-2021 ercot-uri nyiso-2019; do
        "$gridrush" backtest "scenarios/backtest-$year.toml" --observed "$out/observed" -o "$out/$year" --no-progress
    done
}

# A year of each shipped region, the mean peak of its base year over weather draws, and two regions joined: what
# docs/regions.md says of them.
prove_regions() {
    local region seed draws
    # Hours without charts of a region: folder, region, then options of `gridrush run`.
    year() {
        simulate scenarios/one-year.toml "$1" -p "region=$2" "${@:3}" >/dev/null
    }
    words() {
        cargo run --release --quiet -p gridrush-tables --example region_year -- "$@"
    }
    for region in texas nyiso pjm caiso isone miso spp rts; do
        echo "-- $region"
        year "$out/$region" "$region"
        words "$out/$region"
        if [[ $region == rts ]]; then
            continue
        fi
        draws=()
        for seed in 1 2 3 4 5 6 7 8; do
            draws+=("$out/$region-$seed")
            year "$out/$region-$seed" "$region" -p start=2024-01-01 -p end=2025-01-01 --seed "$seed"
        done
        words --peaks "${draws[@]}"
    done
    year "$out/nyiso-2019" nyiso -p start=2019-01-01 -p end=2020-01-01 -p fuel.gas_usd_per_mmbtu=2.56 \
        -p fuel.carbon_usd_per_tonne=6
    simulate scenarios/pjm-nyiso.toml "$out/pjm-nyiso"
    for region in nyiso-2019 pjm nyiso pjm-nyiso; do
        echo "-- $region by zone"
        words --zones "$out/$region"
    done
}

# An experiment killed at twenty instants and resumed, on one thread and two, in shards and in another order, gives
# the same bytes; DuckDB reads its tables.
prove_experiments() {
    local experiment=scenarios/experiment-quickstart.toml folder i pid count began query
    plan() {
        "$gridrush" plan "$experiment" -o "$1" --probe 0 "${@:2}" >/dev/null
    }
    equal() {
        diff -r --exclude=plan.json "$out/one" "$1"
        echo "identical: $(find "$1" -type f ! -name plan.json | wc -l) files, $2"
    }
    for folder in one two shards order killed; do plan "$out/$folder"; done
    "$gridrush" resume "$out/one/plan.json" -j 1 --no-progress >"$out/one.log"
    cat "$out/one/answers.md"
    "$gridrush" resume "$out/two/plan.json" -j 2 --no-progress >/dev/null
    equal "$out/two" "two threads"
    for i in 6 2 4 0 5 1 3; do
        "$gridrush" batch --plan "$out/shards/plan.json" --shard "$i/7" --no-progress >/dev/null
    done
    "$gridrush" merge --plan "$out/shards/plan.json" >/dev/null
    equal "$out/shards" "seven shards"
    "$gridrush" batch --plan "$out/order/plan.json" --shuffle 3 -j 3 --no-progress >/dev/null
    "$gridrush" merge --plan "$out/order/plan.json" >/dev/null
    equal "$out/order" "another order on three threads"
    RANDOM=7
    for i in $(seq 20); do
        "$gridrush" resume "$out/killed/plan.json" -j 2 --no-progress >/dev/null 2>&1 &
        pid=$!
        sleep "$((RANDOM % 4)).$((RANDOM % 10))"
        kill -9 $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        count=$(find "$out/killed/parts" -name '*.json' 2>/dev/null | wc -l)
        # Some of it is thrown away again, so that there is something left to kill.
        [[ $i -lt 20 ]] && find "$out/killed/parts" -name 'part-00000[0-5]*.json' -delete
        echo "kill $i: $count parts were finished"
    done
    "$gridrush" resume "$out/killed/plan.json" --no-progress >/dev/null
    equal "$out/killed" "killed twenty times"

    # 200 replications in an order of their own on each of one, two and three threads.
    sed "s|^scenario = .*|scenario = \"$PWD/scenarios/quickstart.toml\"|; s/^values = .*/values = [3.5]/; s/^replications = 8/replications = 100/" \
        "$experiment" >"$out/many.toml"
    for folder in 1 2 3; do
        "$gridrush" plan "$out/many.toml" -o "$out/many$folder" --probe 0 -p end=2025-03-01 >/dev/null
        "$gridrush" batch --plan "$out/many$folder/plan.json" -j "$folder" --shuffle "$folder" --no-progress >/dev/null
        "$gridrush" merge --plan "$out/many$folder/plan.json" >/dev/null
    done
    for folder in 2 3; do
        diff -r --exclude=plan.json "$out/many1" "$out/many$folder"
        echo "identical: 200 replications in two orders, on 1 and $folder threads"
    done

    query=$(sed -n 's/^ *duckdb -c "\(.*\)"$/\1/p' docs/experiments.md | sed "s|output/my-experiment|$out/one|")
    if "${PYTHON:-python3}" -c "import duckdb" 2>/dev/null; then
        "${PYTHON:-python3}" -c "import duckdb, sys; print(*duckdb.sql(sys.argv[1]).fetchall(), sep='\n')" "$query"
    else
        echo "SKIPPED: DuckDB is not here"
    fi
}

# Two threads against one, memory against replications, and what pairing is worth in Texas; on a quiet machine.
prove_scaling() {
    python3 tests/long/scaling.py "$gridrush" "$out"
}

# How long ten years take, and how much memory.
prove_time() {
    local timer=()
    if [[ -x /usr/bin/time ]]; then
        timer=(/usr/bin/time -f "%U s of processor, %e s on the clock, %M kB of memory at most")
    fi
    "${timer[@]}" "$gridrush" run scenarios/texas.toml -o "$out/texas" --no-progress
}

# Mutated MATPOWER cases neither stop the reader with a panic nor keep it for ever.
prove_fuzz-matpower() {
    cargo run --quiet -p gridrush-core --example fuzz_matpower -- "$seconds" "${FUZZ_SEED:-1}"
}

began=$SECONDS
"prove_$name"
echo "== $name passed in $((SECONDS - began)) s"

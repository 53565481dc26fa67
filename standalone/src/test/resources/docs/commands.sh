# What comes before each shell block of the documentation when DocumentedCommandsIT runs it.
#
# The test sets: LAUNCHER (./acswatch), LIBRARIES (its jars), ROOT (stands for / in the block), HOST (a
# host as a directory), SERVERS (a broker), HTTP (a free port), UNITS (deploy/systemd), JAVA.
set -euo pipefail

followers=() kafka_follower=0

fail() { printf 'documented command: %s\n' "$*" >&2; exit 99; }

# Starts a command that goes on until it is stopped, and waits until it says SIGN. `finish` stops it.
follow() { # sign, command...
  local sign=$1 out said
  shift
  out=$(mktemp "$ROOT/follower-XXXXXX")
  "$@" >"$out" 2>&1 &
  followers+=($!)
  for ((tries = 0; tries < 1200; tries++)); do
    said=$(<"$out")
    [[ $said != *"$sign"* ]] || return 0
    kill -0 "${followers[-1]}" 2>/dev/null || fail "$* ended: $said"
    read -rt 0.1 <> <(:) || : # a tenth of a second
  done
  fail "$* did not say '$sign': $said"
}

# Stops what `follow` started. Each must end by itself, with exit code 0.
finish() {
  local process code
  for process in "${followers[@]}"; do
    kill "$process" 2>/dev/null || fail "a command that should go on until it is stopped has ended"
    code=0
    wait "$process" || code=$?
    # Kafka's own tools end with 143 at SIGTERM, as a JVM does that nobody has taught otherwise.
    ((code == 0 || (code == 143 && process == kafka_follower))) || fail "exit code $code of a command that was stopped: $(cat "$ROOT"/follower-*)"
  done
  followers=()
  rm -f "$ROOT"/follower-*
}

# 1 is a finding: the command did what it says.
or_finding() {
  local code=0
  "$@" || code=$?
  ((code <= 1)) || fail "exit code $code of $*"
}

acswatch() {
  case $1 in
    demo) follow 'Ctrl-C ends it' "$LAUNCHER" "$@" --http 127.0.0.1:0 ;;
    standalone) follow 'Watching;' "$LAUNCHER" "$@" --http 127.0.0.1:0 --root "$HOST" ;;
    streams) follow '-> RUNNING' "$LAUNCHER" "$@" --http "127.0.0.1:$HTTP" --state-dir "$ROOT/streams" ;;
    collect) follow 'collecting as' "$LAUNCHER" "$@" --root "$HOST" ;;
    alerts)
      # One alert is printed by its digits, and the command ends.
      if [[ ${!#} =~ ^[0-9a-f]{8}$ ]]; then
        or_finding "$LAUNCHER" "$@"
      else
        follow 'GROUP_MERGED_CROSS_VM' "$LAUNCHER" "$@"
      fi
      ;;
    preflight)
      # 3 is the answer "unknown" too: what is on standard output tells them apart.
      local out code=0
      out=$("$LAUNCHER" "$@") || code=$?
      [[ $out =~ ^(go|no-go|unknown) ]] || fail "exit code $code of $*: $out"
      ;;
    *) or_finding "$LAUNCHER" "$@" ;;
  esac
}

# The package starts the same classes; deploy/package/test-package runs it in a clean Debian.
acswatch-collector() { acswatch "$@"; }

small=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC)
kafka() { "$JAVA" "${small[@]}" -cp "$LIBRARIES/*" "$@"; } # main class, argument...
kafka-console-consumer.sh() {
  case " $* " in
    *' --max-messages '*) kafka org.apache.kafka.tools.consumer.ConsoleConsumer "$@" ;;
    *)
      follow '"code":"GROUP_MERGED_CROSS_VM"' \
        "$JAVA" "${small[@]}" -cp "$LIBRARIES/*" org.apache.kafka.tools.consumer.ConsoleConsumer "$@"
      kafka_follower=${followers[-1]}
      ;;
  esac
}
kafka-configs.sh() { kafka org.apache.kafka.tools.ConfigCommand "$@"; }
# The group of an application that was just stopped is taken for alive for some seconds.
kafka-consumer-groups.sh() { patiently org.apache.kafka.tools.consumer.group.ConsumerGroupCommand "$@"; }
kafka-streams-application-reset.sh() { patiently org.apache.kafka.tools.StreamsResetter "$@"; }
patiently() {
  local out
  for ((tries = 0; tries < 30; tries++)); do
    if out=$(kafka "$@" 2>&1) && [[ $out != *Error* ]]; then return 0; fi
  done
  fail "$*: $out"
}

# What the test cannot do here is checked: the file is there, the unit is ours.
editor() {
  for file; do [[ -s $file ]] || fail "editor $file: no such file"; done
}
systemctl() {
  local verb=$1 unit
  shift
  [[ $verb =~ ^(daemon-reload|enable|start|stop|restart|status)$ ]] || fail "systemctl $verb"
  for unit; do
    [[ $unit == --now || -s $UNITS/$unit.service ]] || fail "systemctl $verb $unit: no such unit"
    if [[ $unit == acswatch-streams ]]; then
      case $verb in
        enable | start) acswatch streams --bootstrap-servers "$SERVERS" ;;
        stop) finish ;;
      esac
    fi
  done
}

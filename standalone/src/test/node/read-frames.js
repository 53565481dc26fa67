// Compiles a Kaitai Struct description and prints what its reader sees in frames, one JSON object a line:
//   node read-frames.js frame.ksy.json FRAME...
const fs = require("fs");
const vm = require("vm");
const compiler = require("kaitai-struct-compiler");
const { KaitaiStream } = require("kaitai-struct");

const [description, ...frames] = process.argv.slice(2);

async function load() {
  const files = await compiler.compile("javascript", JSON.parse(fs.readFileSync(description)), null, false);
  const exports = {};
  const context = { require, exports, module: { exports }, self: {} };
  vm.runInNewContext(files["AcswatchFrame.js"], { ...context, Uint8Array });
  return exports.AcswatchFrame.AcswatchFrame || exports.AcswatchFrame;
}

const hex = (number, digits) => number.toString(16).padStart(digits, "0");
const address = (a) => `${hex(a.domain, 4)}:${hex(a.bus, 2)}:${hex(a.device, 2)}.${a.function}`;

function space(frame, f) {
  const bytes = Buffer.alloc(Math.ceil(f.readLength / 64) * 64);
  let kept = f.linesBefore;
  for (let line = 0; line < 64; line++) {
    const mask = line < 32 ? f.lineMaskLow : f.lineMaskHigh;
    if ((mask >>> line % 32) & 1) Buffer.from(frame.lines[kept++]).copy(bytes, line * 64);
  }
  return bytes.subarray(0, f.readLength).toString("hex");
}

/** What only one type of frame has. */
function special(frame, Frame) {
  const { heartbeat, kexecEvent } = frame.header;
  if (heartbeat) {
    return {
      state_sequence: heartbeat.stateSequence,
      collector_version: heartbeat.collectorVersion.value,
      waiting: [heartbeat.waitingFrames, heartbeat.waitingBytes],
      dropped_frames: heartbeat.droppedFrames,
    };
  }
  if (kexecEvent) {
    return {
      state_sequence: kexecEvent.stateSequence,
      step: Frame.KexecStep[kexecEvent.step],
      target: [kexecEvent.targetRelease.value, kexecEvent.targetCommandLine.value],
    };
  }
  return {};
}

function show(frame, Frame) {
  if (frame.unchanged) {
    const u = frame.unchanged;
    return {
      type: Frame.FrameType[u.type],
      host: u.host,
      boot: u.bootId,
      looked_at: u.lookedAt,
      sequence: u.sequence,
      state_sequence: u.stateSequence,
      digest: Buffer.from(u.digest).toString("hex"),
    };
  }
  const h = frame.header;
  return {
    type: Frame.FrameType[h.type],
    ...special(frame, Frame),
    host: h.host.value,
    phase: h.phase.value,
    boot: h.bootId.value,
    release: h.kernelRelease.value,
    version: h.kernelVersion.value,
    command_line: h.commandLine.value,
    loader: [h.bootLoaderType, h.bootLoaderVersion],
    taken_at: h.takenAt,
    sequence: h.sequence,
    kexec_loaded: h.kexecLoaded,
    scan_order: frame.scanOrder.map((entry) => address(entry.address)),
    owners: frame.owners.map((o) => [address(o.address), o.vm.value, o.source.value]),
    notes: frame.notes.map((number) => frame.strings[number]),
    functions: frame.functions.map((f) => ({
      address: address(f.address),
      path: f.path.value,
      status: Frame.ReadStatus[f.status],
      config: space(frame, f),
      ids: [f.vendor, f.device, f.classCode],
      group: f.group,
      group_type: f.groupType.value,
      driver: f.driver.value,
      physical_function: f.isVirtual ? address(f.physicalFunction) : null,
      vfs: [f.numVfs, f.totalVfs],
      ari: f.ariEnabled,
      removable: f.removable.value,
    })),
  };
}

load().then((Frame) => {
  for (const file of frames) {
    console.log(JSON.stringify(show(new Frame(new KaitaiStream(fs.readFileSync(file))), Frame)));
  }
});

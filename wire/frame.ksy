meta:
  id: acswatch_frame
  title: acswatch frame, version 1
  license: Apache-2.0
  endian: le
doc: |
  A record value of the topic acswatch.frames: one complete snapshot of one host, undecoded, a heartbeat, a step towards
  a kexec, or the word that the host is as its last snapshot says ("unchanged", with a short header and no sections). What the fields mean, and what a reader must check, is told in FORMAT.md; this description lays out
  the same bytes for the Kaitai Struct compiler, which makes readers for many languages.

  A reader steps by the lengths in the header, so that it reads later minor versions too: header and function entries
  may be longer there, and sections may follow.
seq:
  - id: unchanged
    type: unchanged
    if: kind == 6
  - id: header
    type: header
    size: header_length
    if: kind != 6
  - id: functions
    if: kind != 6
    type: function
    size: header.function_length
    repeat: expr
    repeat-expr: header.num_functions
  - id: lines
    if: kind != 6
    size: 64
    repeat: expr
    repeat-expr: header.num_lines
    doc: Lines that are kept, in order of function and line.
  - id: scan_order
    if: kind != 6
    type: scan_entry
    repeat: expr
    repeat-expr: header.num_scan_order
    doc: The kernel's own list of devices; none if unknown.
  - id: owners
    if: kind != 6
    type: owner
    repeat: expr
    repeat-expr: header.num_owners
  - id: notes
    if: kind != 6
    type: u4
    repeat: expr
    repeat-expr: header.num_notes
    doc: Numbers of strings; a line of the kernel log begins with "dmesg" and a colon.
  - id: string_ends
    if: kind != 6
    type: u4
    repeat: expr
    repeat-expr: header.num_strings
    doc: Where each string ends, from the start of the string bytes; it begins where the one before ends.
  - id: strings
    if: kind != 6
    type: str
    encoding: UTF-8
    size: '_index == 0 ? string_ends[0] : string_ends[_index] - string_ends[_index - 1]'
    repeat: expr
    repeat-expr: header.num_strings
    doc: The string bytes, in order of the strings' numbers; 0 is the empty one.
instances:
  header_length:
    pos: 0x0c
    type: u2
  kind:
    pos: 0x06
    type: u1
types:
  unchanged:
    doc: The host was looked at again, and is as its last whole snapshot says.
    seq:
      - id: magic
        contents: ACSW
      - id: major
        type: u1
        valid: 1
      - id: minor
        type: u1
      - id: type
        type: u1
        enum: frame_type
      - id: flags
        type: u1
      - id: frame_length
        type: u4
      - id: header_length
        type: u2
      - id: len_boot_id
        type: u2
      - id: looked_at
        type: s8
        doc: Milliseconds since 1970; 0 unknown.
      - id: sequence
        type: s8
      - id: state_sequence
        type: s8
        doc: Number of that snapshot.
      - id: digest
        size: 16
        doc: Of that snapshot's frame.
      - id: later
        size: header_length - 0x38
        doc: What later minor versions add.
      - id: boot_id
        type: str
        encoding: UTF-8
        size: len_boot_id
      - id: host
        type: str
        encoding: UTF-8
        size: frame_length - header_length - len_boot_id
  header:
    seq:
      - id: magic
        contents: ACSW
      - id: major
        type: u1
        valid: 1
      - id: minor
        type: u1
      - id: type
        type: u1
        enum: frame_type
        valid:
          any-of: [frame_type::snapshot, frame_type::heartbeat, frame_type::kexec_event]
      - id: flags
        type: u1
      - id: frame_length
        type: u4
      - id: header_length
        type: u2
      - id: function_length
        type: u2
      - id: num_functions
        type: u4
      - id: num_scan_order
        type: u4
      - id: num_owners
        type: u4
      - id: num_notes
        type: u4
      - id: num_lines
        type: u4
      - id: num_strings
        type: u4
      - id: len_string_bytes
        type: u4
      - id: reserved
        type: u4
      - id: taken_at
        type: s8
        doc: Milliseconds since 1970; 0 unknown.
      - id: sequence
        type: s8
        doc: Number within the boot, from 1; 0 unknown.
      - id: boot_loader_type
        type: s4
        doc: -1 no such file.
      - id: boot_loader_version
        type: s4
        doc: -1 no such file.
      - id: host
        type: string
      - id: phase
        type: string
      - id: boot_id
        type: string
      - id: kernel_release
        type: string
      - id: kernel_version
        type: string
      - id: command_line
        type: string
      - id: heartbeat
        type: heartbeat
        if: type == frame_type::heartbeat
      - id: kexec_event
        type: kexec_event
        if: type == frame_type::kexec_event
    instances:
      kexec_loaded:
        value: (flags & 1) != 0
  heartbeat:
    doc: What the header of a heartbeat goes on with.
    seq:
      - id: state_sequence
        type: s8
        doc: Number of the last snapshot before it.
      - id: waiting_frames
        type: u4
      - id: collector_version
        type: string
      - id: waiting_bytes
        type: s8
      - id: dropped_frames
        type: s8
  kexec_event:
    doc: What the header of a kexec event goes on with.
    seq:
      - id: state_sequence
        type: s8
        doc: Number of the last snapshot before it.
      - id: step
        type: u4
        enum: kexec_step
      - id: target_release
        type: string
      - id: target_command_line
        type: string
      - id: reserved
        type: u4
  address:
    doc: Domain, and bus, device and function in sixteen bits.
    seq:
      - id: domain
        type: u4
      - id: routing_id
        type: u2
    instances:
      bus:
        value: routing_id >> 8
      device:
        value: (routing_id >> 3) & 31
      function:
        value: routing_id & 7
  function:
    seq:
      - id: line_mask_low
        type: u4
        doc: Bit n is set if bytes 64n to 64n+63 are kept; the mask is 64 bits, in two halves since not every language has 64.
      - id: line_mask_high
        type: u4
      - id: lines_before
        type: u4
        doc: Index of the first of its lines.
      - id: address
        type: address
      - id: read_length
        type: u2
      - id: status
        type: u1
        enum: read_status
      - id: flags
        type: u1
      - id: vendor
        type: u2
      - id: device
        type: u2
      - id: num_vfs
        type: u2
      - id: class_code
        type: u4
      - id: group
        type: s4
        doc: -1 none.
      - id: group_type
        type: string
      - id: driver
        type: string
      - id: path
        type: string
      - id: removable
        type: string
      - id: physical_function
        type: address
        doc: Of its PF; zeros if it is no VF.
      - id: total_vfs
        type: u2
      - id: reserved
        type: u4
    instances:
      ari_enabled:
        value: (flags & 1) != 0
      is_virtual:
        value: (flags & 2) != 0
  scan_entry:
    seq:
      - id: address
        type: address
      - id: reserved
        type: u2
  owner:
    seq:
      - id: address
        type: address
      - id: reserved
        type: u2
      - id: vm
        type: string
      - id: source
        type: string
        doc: Who says so.
  string:
    doc: A string, named by its number.
    seq:
      - id: number
        type: u4
    instances:
      value:
        value: _root.strings[number]
enums:
  frame_type:
    1: snapshot
    3: heartbeat
    4: kexec_event
    6: unchanged
  kexec_step:
    1: loaded
    2: unloaded
    3: going_down
    4: back
  read_status:
    0: complete
    1: truncated_unprivileged
    2: ext_unavailable
    3: ext_aliased
    4: all_ones
    5: not_ready
    6: torn_read
    7: asleep
    8: unreadable

import CYAML
import PortcullisCore

/// Bounds of a YAML file, reliability.md §11.
package struct YAMLLimits: Sendable {
  package var depth = 64
  package var nodes = 5_000_000
  package var scalarBytes = 8 << 20

  package init() {}
}

/// Reads one YAML document into nodes: the plain language of mappings, lists and scalars.
///
/// Refused, with the place: aliases, anchors, merge keys, tags, a second document, duplicate keys, tabs as indent, and what is beyond
/// the limits. Throws `Problems`.
///
/// - Returns: nil where the document is empty or holds only comments.
package func readYAML(_ raw: [UInt8], file: String, limits: YAMLLimits = YAMLLimits()) throws -> Node? {
  let text = try SourceText(raw, file: file)
  let list = ProblemList()
  var builder = YAMLBuilder(bytes: text.bytes, limits: limits, problems: FileProblems(file: file, list))
  let root = try builder.read()
  try list.check()
  return root
}

/// Why reading stopped at once: going on would guess.
private struct Stop: Error {
  let message: String
  let position: Position?
  let help: String?
}

private struct YAMLBuilder {
  private struct Open {
    let position: Position
    let isMapping: Bool
    var nodes: [Node] = []
    var entries: [Node.Entry] = []
    var key: (text: String, position: Position)?
    /// Only in large mappings; small ones are scanned.
    var keys: Set<[UInt8]>?
  }

  let bytes: [UInt8]
  let limits: YAMLLimits
  let problems: FileProblems
  private var stack: [Open] = []
  private var root: Node?
  private var nodes = 0
  private var documents = 0

  init(bytes: [UInt8], limits: YAMLLimits, problems: FileProblems) {
    self.bytes = bytes
    self.limits = limits
    self.problems = problems
  }

  mutating func read() throws -> Node? {
    do {
      try rejectForeignLineBreaks()
      try parse()
    } catch let stop as Stop {
      problems.error(stop.message, at: stop.position, help: stop.help)
    }
    return root
  }

  /// libyaml takes these for line breaks: it would fold them away and count lines that no editor shows.
  private func rejectForeignLineBreaks() throws {
    for index in bytes.indices where bytes[index] == 0xC2 || bytes[index] == 0xE2 {
      let isNextLine = bytes[index] == 0xC2 && bytes[index + 1] == 0x85
      let isSeparator = bytes[index] == 0xE2 && bytes[index + 1] == 0x80 && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9)
      guard isNextLine || isSeparator else { continue }
      let name = isNextLine ? "85" : bytes[index + 2] == 0xA8 ? "2028" : "2029"
      throw Stop(
        message: "YAML takes the invisible character U+\(isNextLine ? "0085" : name) for a line break",
        position: position(of: index, in: bytes),
        help: "write it as \\\(isNextLine ? "x" : "u")\(name) in double quotes")
    }
  }

  private mutating func parse() throws {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { throw Stop(message: "out of memory", position: nil, help: nil) }
    defer { yaml_parser_delete(&parser) }
    // The parser keeps the pointer between calls, so that everything happens inside this closure.
    try bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      var isAtEnd = false
      while !isAtEnd {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxError(parser) }
        defer { yaml_event_delete(&event) }
        isAtEnd = event.type == YAML_STREAM_END_EVENT
        try take(event)
      }
    }
  }

  private mutating func take(_ event: yaml_event_t) throws {
    let place = Position(line: event.start_mark.line + 1, column: event.start_mark.column + 1)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      documents += 1
      if documents > 1 {
        throw Stop(message: "a second document begins here", position: place, help: "one document a file: remove this '---'")
      }
    case YAML_ALIAS_EVENT:
      let name = event.data.alias.anchor.map { String(cString: $0) } ?? ""
      throw Stop(message: "the alias '*\(name)' is refused", position: place, help: "write the value out; no aliases, no anchors")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      try refuse(anchor: scalar.anchor, tag: scalar.tag, at: place)
      guard scalar.length <= limits.scalarBytes else {
        throw Stop(message: "a text of \(scalar.length) bytes; at most \(limits.scalarBytes) are taken", position: place, help: nil)
      }
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      if isPlain, text == "<<", isKeyNext {
        throw Stop(message: "the merge key '<<' is refused", position: place, help: "write the keys out")
      }
      try add(Node(.scalar(Scalar(text, isPlain ? .plain : .quoted)), at: place))
    case YAML_SEQUENCE_START_EVENT:
      try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, at: place)
      try open(Open(position: place, isMapping: false))
    case YAML_MAPPING_START_EVENT:
      try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, at: place)
      try open(Open(position: place, isMapping: true))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      let done = stack.removeLast()
      try add(Node(done.isMapping ? .mapping(done.entries) : .sequence(done.nodes), at: done.position))
    default: break  // begin and end of stream and document
    }
  }

  private var isKeyNext: Bool { stack.last.map { $0.isMapping && $0.key == nil } ?? false }

  private func refuse(anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, at place: Position) throws {
    if let anchor {
      throw Stop(
        message: "the anchor '&\(String(cString: anchor))' is refused", position: place, help: "write the value out; no aliases, no anchors"
      )
    }
    if let tag {
      throw Stop(message: "the tag '\(String(cString: tag))' is refused", position: place, help: "plain values need no tag")
    }
  }

  private mutating func open(_ level: Open) throws {
    if isKeyNext { throw Stop(message: "a key must be text", position: level.position, help: nil) }
    guard stack.count < limits.depth else {
      throw Stop(message: "nested more than \(limits.depth) levels deep", position: level.position, help: nil)
    }
    stack.append(level)
  }

  private mutating func add(_ node: Node) throws {
    nodes += 1
    guard nodes <= limits.nodes else {
      throw Stop(message: "more than \(limits.nodes) values in one file", position: node.position, help: nil)
    }
    guard !stack.isEmpty else {
      root = node
      return
    }
    let top = stack.count - 1
    guard stack[top].isMapping else {
      stack[top].nodes.append(node)
      return
    }
    guard let key = stack[top].key else {
      guard let scalar = node.scalar, !node.isNull else { throw Stop(message: "a key must be text", position: node.position, help: nil) }
      stack[top].key = (scalar.text, node.position)
      return
    }
    stack[top].key = nil
    guard isNew(key.text, top) else {
      let first = stack[top].entries.first { sameBytes($0.key, key.text) }
      problems.error(
        "'\(key.text)' is given twice" + (first.map { "; first in line \($0.keyPosition.line)" } ?? ""), at: key.position,
        help: "keep one of them")
      return
    }
    stack[top].entries.append(Node.Entry(key: key.text, keyPosition: key.position, value: node))
  }

  private mutating func isNew(_ key: String, _ top: Int) -> Bool {
    if stack[top].keys != nil { return stack[top].keys?.insert(Array(key.utf8)).inserted ?? true }
    if stack[top].entries.contains(where: { sameBytes($0.key, key) }) { return false }
    if stack[top].entries.count == 24 { stack[top].keys = Set(stack[top].entries.map { Array($0.key.utf8) } + [Array(key.utf8)]) }
    return true
  }

  private func syntaxError(_ parser: yaml_parser_t) -> Stop {
    let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
    let mark = parser.problem_mark
    if parser.error == YAML_READER_ERROR {
      return Stop(message: problem, position: position(of: parser.problem_offset, in: bytes), help: nil)
    }
    let place = Position(line: mark.line + 1, column: mark.column + 1)
    if mark.index < bytes.count, byte(at: place) == UInt8(ascii: "\t") {
      return Stop(message: "a tab may not indent YAML", position: place, help: "use spaces")
    }
    guard let context = parser.context.map({ String(cString: $0) }) else {
      return Stop(message: "not YAML: \(problem)", position: place, help: nil)
    }
    let begun = Position(line: parser.context_mark.line + 1, column: parser.context_mark.column + 1)
    if context.hasSuffix("quoted scalar"), problem.hasSuffix("end of stream") {
      return Stop(message: "the quote opened here is never closed", position: begun, help: nil)
    }
    return Stop(
      message: "not YAML: \(context): \(problem)" + (begun.line == place.line ? "" : " (begun in line \(begun.line))"), position: place,
      help: nil)
  }

  /// The byte at a place; libyaml's own index counts characters, so that it is no help.
  private func byte(at place: Position) -> UInt8? {
    var line = 1, column = 1
    for byte in bytes where byte & 0xC0 != 0x80 {
      if line == place.line, column == place.column { return byte }
      column += 1
      if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) }
    }
    return nil
  }
}

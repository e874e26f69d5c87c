package import PortcullisCore

/// Reads one JSON document into nodes, with places; strict as `JSONScanner` is.
///
/// - Parameter firstLine: The number of the text's first line in its file: a record of a JSON Lines file is one document.
///
/// Duplicate names are reported to `problems` with both places; the first counts. Everything else that is wrong is thrown as a
/// `Diagnostic`. Bounds: depth 64, as in YAML.
package func readJSON(
  _ bytes: [UInt8], firstLine: Int = 1, depth: Int = 64, problems: FileProblems
) throws(Diagnostic) -> Node {
  var reader = JSONNodeReader(bytes: bytes, line: firstLine, problems: problems)
  do {
    return try reader.document(depth: depth)
  } catch {
    var counter = PositionCounter(bytes: bytes, line: firstLine)
    throw Diagnostic(.error, "not JSON: \(error.message)", at: problems.place(counter.position(of: error.offset)))
  }
}

private struct JSONNodeReader {
  private var scanner: JSONScanner
  private var places: PositionCounter
  private let problems: FileProblems

  init(bytes: [UInt8], line: Int, problems: FileProblems) {
    scanner = JSONScanner(bytes)
    places = PositionCounter(bytes: bytes, line: line)
    self.problems = problems
  }

  mutating func document(depth: Int) throws(JSONError) -> Node {
    let root = try node(depth: depth)
    scanner.skipBlanks()
    guard scanner.isAtEnd else { throw scanner.failure("there is more text after the end of the value") }
    return root
  }

  private mutating func node(depth: Int) throws(JSONError) -> Node {
    guard let byte = scanner.peek() else { throw scanner.failure("the text ends where a value was expected") }
    let place = places.position(of: scanner.offset)
    switch byte {
    case UInt8(ascii: "{"): return Node(.mapping(try entries(depth: depth)), at: place)
    case UInt8(ascii: "["): return Node(.sequence(try elements(depth: depth)), at: place)
    case UInt8(ascii: "\""): return Node(.scalar(Scalar(try scanner.string(), .quoted)), at: place)
    case UInt8(ascii: "t"):
      try scanner.literal("true")
      return Node(.scalar(Scalar("true", .plain)), at: place)
    case UInt8(ascii: "f"):
      try scanner.literal("false")
      return Node(.scalar(Scalar("false", .plain)), at: place)
    case UInt8(ascii: "n"):
      try scanner.literal("null")
      return Node(.scalar(Scalar("null", .plain)), at: place)
    default: return Node(.scalar(Scalar(try scanner.number().text, .plain)), at: place)
    }
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [Node] {
    guard depth > 0 else { throw scanner.failure("nested too deeply") }
    _ = scanner.take(UInt8(ascii: "["))
    var nodes = [Node]()
    if scanner.take(UInt8(ascii: "]")) { return nodes }
    while true {
      nodes.append(try node(depth: depth - 1))
      if scanner.take(UInt8(ascii: "]")) { return nodes }
      guard scanner.take(UInt8(ascii: ",")) else { throw scanner.failure("',' or ']' was expected") }
    }
  }

  private mutating func entries(depth: Int) throws(JSONError) -> [Node.Entry] {
    guard depth > 0 else { throw scanner.failure("nested too deeply") }
    _ = scanner.take(UInt8(ascii: "{"))
    var entries = [Node.Entry]()
    var keys: Set<[UInt8]>?  // only for large objects; small ones are scanned
    if scanner.take(UInt8(ascii: "}")) { return entries }
    while true {
      guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.failure("a quoted name was expected") }
      let place = places.position(of: scanner.offset)
      let key = try scanner.string()
      guard scanner.take(UInt8(ascii: ":")) else { throw scanner.failure("':' was expected after '\(key)'") }
      let value = try node(depth: depth - 1)
      let isTwin = keys.map { $0.contains(Array(key.utf8)) } ?? entries.contains { sameBytes($0.key, key) }
      if isTwin {
        let first = entries.first { sameBytes($0.key, key) }?.keyPosition
        problems.error(
          "'\(key)' is given twice" + (first.map { "; first in line \($0.line), column \($0.column)" } ?? ""), at: place,
          help: "keep one of them")
      } else {
        entries.append(Node.Entry(key: key, keyPosition: place, value: value))
        keys?.insert(Array(key.utf8))
        if keys == nil, entries.count == 24 { keys = Set(entries.map { Array($0.key.utf8) }) }
      }
      if scanner.take(UInt8(ascii: "}")) { return entries }
      guard scanner.take(UInt8(ascii: ",")) else { throw scanner.failure("',' or '}' was expected") }
    }
  }
}

/// Turns byte offsets into lines and columns while they only grow, in one pass over the text.
struct PositionCounter {
  private let bytes: [UInt8]
  private var line: Int
  private var column = 1
  private var offset = 0

  init(bytes: [UInt8], line: Int) {
    self.bytes = bytes
    self.line = line
  }

  /// - Precondition: `target` is not before the last one asked for.
  mutating func position(of target: Int) -> Position {
    let end = min(target, bytes.count)
    bytes.withUnsafeBufferPointer { bytes in
      while offset < end {
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\n") {
          line += 1
          column = 1
        } else if byte & 0xC0 != 0x80 {
          column += 1
        }
      }
    }
    return Position(line: line, column: column)
  }
}

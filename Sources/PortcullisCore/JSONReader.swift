extension JSON {
  /// Reads exactly one document: blanks may surround it, nothing else.
  ///
  /// Cost: one pass over the bytes. A byte-order mark is refused, as is anything `JSONScanner` refuses.
  package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var scanner = JSONScanner(bytes, limits: limits)
    self = try scanner.value(depth: limits.depth)
    scanner.skipBlanks()
    guard scanner.isAtEnd else { throw scanner.failure("there is more text after the end of the value") }
  }

  package init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}

extension JSONScanner {
  /// The next value, whole. `depth`: how many more levels may open.
  package mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard let byte = peek() else { throw failure("the text ends where a value was expected") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try objectMembers(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    default: return .number(try number())
    }
  }
  private mutating func elements(depth: Int) throws(JSONError) -> [JSON] {
    guard depth > 0 else { throw failure("nested too deeply") }
    _ = take(UInt8(ascii: "["))
    var values = [JSON]()
    if take(UInt8(ascii: "]")) { return values }
    while true {
      values.append(try value(depth: depth - 1))
      if take(UInt8(ascii: "]")) { return values }
      guard take(UInt8(ascii: ",")) else { throw failure("',' or ']' was expected") }
    }
  }
  private mutating func objectMembers(depth: Int) throws(JSONError) -> JSONObject {
    guard depth > 0 else { throw failure("nested too deeply") }
    _ = take(UInt8(ascii: "{"))
    var object = JSONObject()
    if take(UInt8(ascii: "}")) { return object }
    var names: Set<String>?  // only for large objects; small ones are scanned
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw failure("a quoted name was expected") }
      let place = offset
      let name = try string()
      let isTwin: Bool
      if names != nil {
        isTwin = names?.insert(name).inserted == false && object[name] != nil
      } else {
        isTwin = object[name] != nil
        if object.members.count >= 16 { names = Set(object.members.map(\.name)).union([name]) }
      }
      guard !isTwin else { throw failure("'\(name)' is given twice", at: place) }
      guard take(UInt8(ascii: ":")) else { throw failure("':' was expected after '\(name)'") }
      object.members.append(JSONObject.Member(name: name, value: try value(depth: depth - 1)))
      if take(UInt8(ascii: "}")) { return object }
      guard take(UInt8(ascii: ",")) else { throw failure("',' or '}' was expected") }
    }
  }
}

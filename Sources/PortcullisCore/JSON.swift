/// A JSON value as it was written: members in their order, numbers with their own digits.
///
/// Two values are equal when they mean the same: member order does not matter, `1` equals `1.0`, strings compare by bytes.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): sameBytes(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let values): hasher.combine(values)
    case .object(let object): hasher.combine(object.members.count)
    }
  }

  package static func int(_ value: Int) -> JSON { .number(JSONNumber(value)) }

  /// - Precondition: `value` is finite: JSON has no word for the others.
  package static func double(_ value: Double) -> JSON { .number(JSONNumber(value)) }

  package static func object(_ members: [(String, JSON)]) -> JSON { .object(JSONObject(members)) }

  /// An object without the members whose value is absent.
  package static func object(present members: [(String, JSON?)]) -> JSON {
    var present = [JSONObject.Member]()
    present.reserveCapacity(members.count)
    for (name, value) in members {
      if let value { present.append(JSONObject.Member(name: name, value: value)) }
    }
    return .object(JSONObject(members: present))
  }

  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  package var double: Double? { if case .number(let value) = self { value.double } else { nil } }
  /// The exact integer, also where it was written `1.0` or `1e2`; nil for a fraction or what 64 bits cannot hold.
  package var int: Int? { if case .number(let value) = self { value.int } else { nil } }
  package var isNull: Bool { if case .null = self { true } else { false } }

  /// The named member of an object; nil for every other kind of value.
  package subscript(_ name: String) -> JSON? { object?[name] }

  /// What a reader calls this kind of value.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "text"
    case .array: "a list"
    case .object: "a mapping"
    }
  }
}

/// Members in the order they were written, each name once (the reader refuses duplicates).
package struct JSONObject: Sendable, Hashable {
  package struct Member: Sendable {
    package let name: String
    package var value: JSON

    package init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }
  }

  package var members: [Member]

  fileprivate init(members: [Member]) { self.members = members }

  package init(_ members: [(String, JSON)] = []) { self.members = members.map { Member(name: $0.0, value: $0.1) } }

  /// Linear in the number of members, which is small wherever we look.
  package subscript(_ name: String) -> JSON? {
    get { members.first { sameBytes($0.name, name) }?.value }
    set {
      let place = members.firstIndex { sameBytes($0.name, name) }
      switch (place, newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(members.count) }
}

/// A JSON number with the digits it was written with, so that a long integer loses nothing.
package struct JSONNumber: Sendable, Hashable {
  /// Matches JSON's own grammar; finite when read as a double.
  package let text: String

  /// For readers that have already checked the grammar and that the value is finite.
  init(checked text: String) { self.text = text }

  package init(_ value: Int) { text = String(value) }

  package init(_ value: Double) {
    precondition(value.isFinite, "JSON cannot hold \(value)")
    text = canonicalNumber(value)
  }

  package var double: Double { Double(text) ?? .nan }

  package var int: Int? { Int(text) ?? Int(exactly: double) }

  package static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if let a = Int(left.text), let b = Int(right.text) { return a == b }
    return left.double == right.double
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(double) }
}

/// Whether two texts are the same bytes. (`==` on `String` also equates different spellings of one character.)
package func sameBytes(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  let fast = left.utf8.withContiguousStorageIfAvailable { a in
    right.utf8.withContiguousStorageIfAvailable { b in a.elementsEqual(b) }
  }
  return (fast ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}

package import PortcullisCore

/// Decodes one mapping field by field: every getter reports what is wrong with its field, `finish` what nobody asked for.
///
/// A getter returns nil where the key is absent or its value was refused; only the latter is a problem, unless `required`.
package struct FieldReader {
  /// What the mapping is, for messages: `target 'candidate'`.
  package var what: String
  package let position: Position
  package let problems: FileProblems
  private let entries: [Node.Entry]
  /// Which of the first 64 entries were asked for, and which of those beyond: few mappings have that many.
  private var taken: UInt64 = 0
  private var takenBeyond: [Bool] = []
  /// Entries nobody has asked for yet.
  private var remaining: Int
  /// Kept only as long as an entry could turn out to be unknown.
  private var asked: [String] = []

  /// nil, with a problem reported, where the node is no mapping.
  package init?(_ node: Node, _ what: String, _ problems: FileProblems) {
    guard let entries = node.mapping else {
      problems.error("\(what) is \(node.shown); it must be a mapping", at: node.position)
      return nil
    }
    self.what = what
    self.position = node.position
    self.problems = problems
    self.entries = entries
    if entries.count > 64 { takenBeyond = Array(repeating: false, count: entries.count - 64) }
    remaining = entries.count
  }

  /// The value of a key, which counts as asked for.
  package mutating func node(_ key: String, required: Bool = false) -> Node? {
    if remaining > 0 { asked.append(key) }
    guard let index = index(of: key) else {
      if required { problems.error("\(what) has no '\(key)'", at: position) }
      return nil
    }
    take(index)
    return entries[index].value
  }

  private func isTaken(_ index: Int) -> Bool { index < 64 ? taken >> UInt64(index) & 1 == 1 : takenBeyond[index - 64] }

  private mutating func take(_ index: Int) {
    guard !isTaken(index) else { return }
    remaining -= 1
    if index < 64 { taken |= 1 << UInt64(index) } else { takenBeyond[index - 64] = true }
  }

  package func has(_ key: String) -> Bool { index(of: key) != nil }

  /// By index, without copying entries: this runs twenty times a case.
  private func index(of key: String) -> Int? {
    let count = key.utf8.count
    for index in 0..<entries.count where entries[index].key.utf8.count == count {
      if sameBytes(entries[index].key, key) { return index }
    }
    return nil
  }

  /// Where a key stands, else where the mapping begins.
  package func position(of key: String) -> Position { entries.first { sameBytes($0.key, key) }?.keyPosition ?? position }

  /// Entries nobody has asked for yet, which count as asked for: free names, such as CSV's `tags.NAME`.
  package mutating func rest(where isWanted: (String) -> Bool = { _ in true }) -> [Node.Entry] {
    var found = [Node.Entry]()
    guard remaining > 0 else { return found }
    for index in entries.indices where !isTaken(index) && isWanted(entries[index].key) {
      take(index)
      found.append(entries[index])
    }
    return found
  }

  package mutating func text(_ key: String, required: Bool = false) -> String? {
    node(key, required: required).flatMap { problems.text($0, key) }
  }
  package mutating func label(_ key: String, required: Bool = false) -> String? {
    node(key, required: required).flatMap { problems.label($0, key) }
  }
  package mutating func share(_ key: String, in range: ClosedRange<Double> = 0...1, required: Bool = false) -> Double? {
    node(key, required: required).flatMap { problems.share($0, key, in: range) }
  }
  package mutating func duration(_ key: String, required: Bool = false) -> Duration? {
    node(key, required: required).flatMap { problems.duration($0, key) }
  }
  package mutating func money(_ key: String, required: Bool = false) -> Money? {
    node(key, required: required).flatMap { problems.money($0, key) }
  }
  package mutating func rate(_ key: String, required: Bool = false) -> Int? {
    node(key, required: required).flatMap { problems.rate($0, key) }
  }
  package mutating func count(_ key: String, required: Bool = false) -> Int? {
    node(key, required: required).flatMap { problems.count($0, key) }
  }
  package mutating func int(_ key: String, in range: ClosedRange<Int>, required: Bool = false) -> Int? {
    node(key, required: required).flatMap { problems.int($0, key, in: range) }
  }
  package mutating func number(
    _ key: String, in range: ClosedRange<Double>, above isAbove: Bool = false, required: Bool = false
  ) -> Double? {
    node(key, required: required).flatMap { problems.number($0, key, in: range, above: isAbove) }
  }
  package mutating func bool(_ key: String, required: Bool = false) -> Bool? {
    node(key, required: required).flatMap { problems.bool($0, key) }
  }
  package mutating func word(_ key: String, among choices: [String], required: Bool = false) -> String? {
    node(key, required: required).flatMap { problems.word($0, key, among: choices) }
  }
  package mutating func oneOf<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Word.Type = Word.self, required: Bool = false
  ) -> Word? {
    node(key, required: required).flatMap { problems.oneOf($0, key) }
  }
  package mutating func list(_ key: String, required: Bool = false) -> [Node]? {
    node(key, required: required).flatMap { problems.list($0, key) }
  }
  package mutating func texts(_ key: String, required: Bool = false) -> [String]? {
    node(key, required: required).flatMap { problems.texts($0, key) }
  }
  package mutating func entries(_ key: String, required: Bool = false) -> [Node.Entry]? {
    node(key, required: required).flatMap { problems.entries($0, key) }
  }
  /// Any value; nil also where it is null, which is reported.
  package mutating func json(_ key: String, required: Bool = false) -> JSON? {
    guard let node = node(key, required: required) else { return nil }
    guard !node.isNull else {
      problems.error("'\(key)' is null", at: node.position, help: "leave the key out, or give it a value")
      return nil
    }
    return problems.json(node)
  }
  /// A reader of the mapping under a key; whoever takes it also finishes it.
  package mutating func mapping(_ key: String, _ what: String? = nil, required: Bool = false) -> FieldReader? {
    node(key, required: required).flatMap { FieldReader($0, what ?? "'\(key)'", problems) }
  }

  /// Reports each key that nobody asked for.
  ///
  /// - Parameter kind: Given for mappings that come by the thousand (`a case`): then one key is reported once, with a count.
  package func finish(each kind: String? = nil) {
    guard remaining > 0 else { return }
    for (index, entry) in entries.enumerated() where !isTaken(index) {
      let help = suggestion(for: entry.key, among: asked)
      if let kind {
        problems.errorOnce("unknown key '\(entry.key)' in \(kind)", for: "\(kind).\(entry.key)", at: entry.keyPosition, help: help)
      } else {
        problems.error("unknown key '\(entry.key)' in \(what)", at: entry.keyPosition, help: help)
      }
    }
  }
}

// `--set targets.NAME.KEY=VALUE`: one field of the config's tree is replaced before anything is decoded, so that every check applies.

import PortcullisCore

/// One `--set`, split; the value is not looked at yet.
struct SetOption {
  /// Below `targets.`, as in `candidate.model`.
  let path: String
  let value: String

  var option: String { withShortWords("--set targets.\(path)") }

  init(_ text: String) throws(Objection) {
    guard let equals = text.firstIndex(of: "=") else { throw Objection("'--set' is given no value", help: setForm) }
    let path = text[..<equals]
    guard path.hasPrefix("targets.") else { throw Objection("'--set' changes targets only, not '\(path)'", help: setForm) }
    self.path = String(path.dropFirst("targets.".count))
    value = String(text[text.index(after: equals)...])
  }

  /// The target's name and the keys below it. Names may hold dots, so the longest one that is known counts.
  func split(names: [String]) throws(Objection) -> (name: String, keys: [String]) {
    let known = names.filter { path.hasPrefix($0 + ".") }.max { $0.utf8.count < $1.utf8.count }
    guard let known else {
      if names.contains(where: { sameBytes($0, path) }) { throw Objection("'targets.\(path)' names no key", help: setForm) }
      let asked = String(path.prefix { $0 != "." })
      throw Objection("there is no target '\(asked)' to set", help: suggestion(for: asked, among: names))
    }
    let keys = path.dropFirst(known.count + 1).split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !keys.contains("") else { throw Objection("'targets.\(path)' names no key", help: setForm) }
    return (known, keys)
  }

  /// What the value is in the tree: text where the key holds text (a model may be called `4`), else as in YAML.
  func node(keys: [String], at position: Position) throws(Objection) -> Node {
    if value.hasPrefix("{") || value.hasPrefix("[") {
      guard let read = try? readYAML(Array(value.utf8), file: option) else {
        throw Objection("the value is no YAML", help: "write it as in '{rpm: 60}' or '[a, b]'")
      }
      return read.moved(to: position)
    }
    let isText = ["env", "content", "role"].contains(keys[keys.count - 1]) || textKeys.contains(keys[0])
    return Node(.scalar(Scalar(value, isText ? .quoted : .plain)), at: position)
  }

  private var textKeys: [String] {
    ["provider", "model", "version", "base_url", "api_key", "headers", "prompt", "tools", "family", "file", "labels", "answers_as"]
  }
}

extension Node {
  /// The same values, all at one place.
  func moved(to position: Position) -> Node {
    switch content {
    case .scalar: Node(content, at: position)
    case .sequence(let nodes): Node(.sequence(nodes.map { $0.moved(to: position) }), at: position)
    case .mapping(let entries):
      Node(.mapping(entries.map { Entry(key: $0.key, keyPosition: position, value: $0.value.moved(to: position)) }), at: position)
    }
  }

  /// This mapping with the value at the end of the keys replaced or added; whatever stands in the way gives way to a mapping.
  func replacing(_ keys: ArraySlice<String>, with value: Node) -> Node {
    guard let key = keys.first else { return value }
    var entries = mapping ?? []
    let index = entries.firstIndex { sameBytes($0.key, key) }
    let old = index.map { entries[$0].value } ?? Node(.mapping([]), at: value.position)
    let new = old.replacing(keys.dropFirst(), with: value)
    if let index {
      entries[index] = Entry(key: key, keyPosition: entries[index].keyPosition, value: new)
    } else {
      entries.append(Entry(key: key, keyPosition: value.position, value: new))
    }
    return Node(.mapping(entries), at: mapping == nil ? value.position : position)
  }

  subscript(key: String) -> Node? { mapping?.first { sameBytes($0.key, key) }?.value }
}

private let setForm = "write '--set targets.NAME.KEY=VALUE', as in '--set targets.candidate.model=gpt-x'"

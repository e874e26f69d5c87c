package import PortcullisCore

// What `portcullis stats --list` prints, for people and as JSON.

extension MethodCatalogue {
  /// A line for each method, by group.
  package static var listing: String {
    let width = all.map(\.name.count).max() ?? 0
    let groups = groups.map { group in
      let sections = Set(group.methods.flatMap { $0.source.section.split(separator: ", ").map(String.init) })
      let lines = group.methods.map { "  " + $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.summary }
      return "\(group.title) (\(sections.sorted().joined(separator: ", ")))\n" + lines.joined(separator: "\n")
    }
    return groups.joined(separator: "\n\n")
  }

  /// Every method in full, by group.
  package static var json: JSON {
    let groups = groups.map { group in
      JSON.object([("title", .string(group.title)), ("methods", .array(group.methods.map(\.json)))])
    }
    return .object([("schema", .string("portcullis.stats-list/1")), ("groups", .array(groups))])
  }
}

extension Method {
  /// All that a caller needs: inputs with ranges and defaults, outputs, source, and a line to send.
  package var reference: String {
    var text = "\(name): \(summary)\n\nInputs\n"
    for input in inputs { text += input.reference(indent: "  ") }
    text += "\nOutputs\n"
    for output in outputs { text += "  \(output.name): \(output.meaning)\n" }
    text += "\nSource\n  reference/statistics.md \(source.section)" + (source.publication.map { "; \($0)" } ?? "")
    return text
  }

  package var json: JSON {
    .object(present: [
      ("name", .string(name)), ("summary", .string(summary)), ("inputs", .array(inputs.map(\.json))),
      ("outputs", .array(outputs.map { .object([("name", .string($0.name)), ("meaning", .string($0.meaning))]) })),
      ("section", .string(source.section)), ("publication", source.publication.map(JSON.string)),
    ])
  }
}

extension Input {
  fileprivate func reference(indent: String) -> String {
    let need = fallback.map { $0.isNull ? "may be absent or null" : "default \($0.compactText)" } ?? "required"
    var text = "\(indent)\(name) (\(need)): \(meaning); \(shape.text)\n"
    for member in shape.members { text += member.reference(indent: indent + "  ") }
    return text
  }

  fileprivate var json: JSON {
    var members: [(String, JSON)] = [
      ("name", .string(name)), ("meaning", .string(meaning)), ("allowed", .string(shape.text)), ("required", .bool(fallback == nil)),
    ]
    if let fallback { members.append(("default", fallback)) }
    if !shape.members.isEmpty { members.append(("members", .array(shape.members.map(\.json)))) }
    return .object(members)
  }
}

extension Shape {
  /// The inputs within, where it is an object or a list of them.
  fileprivate var members: [Input] {
    switch self {
    case .record(let members): members
    case .list(let element, _): element.members
    case .orNull(let shape): shape.members
    case .number, .whole, .word, .label, .row: []
    }
  }
}

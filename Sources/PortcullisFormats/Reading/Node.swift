/// A value as it stands in a file, whatever the file's language, with the place it was written at.
///
/// YAML, JSON and CSV all become nodes, so that each kind of file is decoded once (`FieldReader`).
package struct Node: Sendable {
  package enum Content: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    /// In the order written, each key once.
    case mapping([Entry])
  }

  package struct Entry: Sendable {
    package let key: String
    package let keyPosition: Position
    package let value: Node

    package init(key: String, keyPosition: Position, value: Node) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  package let content: Content
  package let position: Position

  package init(_ content: Content, at position: Position) {
    self.content = content
    self.position = position
  }

  package var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
  package var sequence: [Node]? { if case .sequence(let nodes) = content { nodes } else { nil } }
  package var mapping: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
  package var isNull: Bool { if case .scalar(let scalar) = content, case .null = scalar.resolved { true } else { false } }

  /// What a reader calls it: `'-1'`, `null`, `a list`, `a mapping`.
  package var shown: String {
    switch content {
    case .scalar(let scalar): scalar.shown
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A line and a column, in characters, both from 1.
package struct Position: Sendable, Hashable, Comparable {
  package let line: UInt32
  package let column: UInt32

  package init(line: Int, column: Int) {
    self.line = UInt32(clamping: line)
    self.column = UInt32(clamping: column)
  }

  package static func < (left: Position, right: Position) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

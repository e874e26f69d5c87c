import PortcullisCore

/// A template read into what it does. Offsets are bytes of the source, for messages.
enum TemplateNode: Sendable {
  case text(String)
  case output(TemplateExpression, offset: Int)
  /// The first branch whose condition holds; `otherwise` may be empty.
  case choice([Branch], otherwise: [TemplateNode])
  case loop(Loop)

  struct Branch: Sendable {
    let condition: TemplateExpression
    let body: [TemplateNode]
  }

  struct Loop: Sendable {
    /// One name for the element (of a mapping: the key), or two for key and value.
    let names: [String]
    let values: TemplateExpression
    let body: [TemplateNode]
    /// For an empty list.
    let otherwise: [TemplateNode]
    let offset: Int
  }
}

indirect enum TemplateExpression: Sendable {
  case literal(JSON)
  case list([TemplateExpression])
  case variable(String, offset: Int)
  case loop(LoopField)
  case member(TemplateExpression, String, offset: Int)
  case index(TemplateExpression, TemplateExpression, offset: Int)
  case filter(TemplateExpression, TemplateFilter, [TemplateExpression], offset: Int)
  case test(TemplateExpression, TemplateTest, isNegated: Bool)
  case not(TemplateExpression)
  case and(TemplateExpression, TemplateExpression)
  case or(TemplateExpression, TemplateExpression)
  case compare(TemplateExpression, Comparison, TemplateExpression, offset: Int)
  case joined(TemplateExpression, TemplateExpression, offset: Int)
  case choice(TemplateExpression, TemplateExpression, otherwise: TemplateExpression)

  enum LoopField: String, Sendable, CaseIterable { case index, index0, first, last, length, revindex }

  enum Comparison: String, Sendable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case within = "in"
    case notWithin = "not in"
  }
}

/// What `is` asks.
enum TemplateTest: String, Sendable, CaseIterable {
  case defined, undefined, none, string, number, boolean, mapping, sequence
}

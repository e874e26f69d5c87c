/// What a run may spend before it stops; nil is no limit.
package struct Budget: Sendable, Hashable {
  package var cost: Money?
  package var calls: Int?
  /// Input and output together.
  package var tokens: Int?
  package var time: Duration?

  package init(cost: Money? = nil, calls: Int? = nil, tokens: Int? = nil, time: Duration? = nil) {
    self.cost = cost
    self.calls = calls
    self.tokens = tokens
    self.time = time
  }
}

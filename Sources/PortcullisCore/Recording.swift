/// One recorded answer, formats.md §7.
package struct Recording: Sendable, Hashable {
  package enum Key: Sendable, Hashable {
    case caseID(CaseID)
    /// SHA-256 of the canonical request body without `stream` and `stream_options`.
    case request(Digest)
  }

  package enum Content: Sendable, Hashable {
    case completion(Completion)
    case failure(CallFailure)
  }

  package let key: Key
  /// Only this arm may use it; nil for all.
  package let arm: Arm?
  package let repeatIndex: Int
  package let content: Content
  /// Only this model may answer with it; nil for all.
  package let model: String?

  package init(key: Key, arm: Arm? = nil, repeatIndex: Int = 0, content: Content, model: String? = nil) {
    self.key = key
    self.arm = arm
    self.repeatIndex = repeatIndex
    self.content = content
    self.model = model
  }
}

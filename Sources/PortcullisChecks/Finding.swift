/// What a pure check found, before a `not` around it turns it over. The words are made only where they are shown.
enum Finding {
  /// The sentence says what was there: the reason where a negated check fails.
  case holds(() -> String)
  /// What was wanted and what came.
  case lacks(() -> String)
  /// It cannot be said; stays so under `not`.
  case unknown(String)

  static func holds(_ words: @autoclosure @escaping () -> String) -> Finding { .holds(words) }
  static func lacks(_ words: @autoclosure @escaping () -> String) -> Finding { .lacks(words) }
}

import PortcullisCore

/// How long the endpoint asks us to wait, from this answer's own headers; nil where it does not say, or says nonsense.
///
/// Dates count from the answer's `Date`, never from our clock. Past, negative or not finite hints, and those beyond a week, are nonsense.
/// Forms: reliability.md §5.
func retryHint(in headers: HTTPHeaders) -> Duration? {
  if let text = headers["retry-after"] {
    if let seconds = plainNumber(text) { return hint(seconds: seconds) }
    if let at = httpDate(text), let now = headers["date"].flatMap(httpDate) { return hint(seconds: at - now) }
  }
  if let text = headers["retry-after-ms"], let milliseconds = plainNumber(text) { return hint(seconds: milliseconds / 1000) }
  let resets: [(remaining: String?, wait: Duration?)] = [
    (headers["x-ratelimit-remaining-requests"], headers["x-ratelimit-reset-requests"].flatMap(goDuration).flatMap(hint)),
    (headers["x-ratelimit-remaining-tokens"], headers["x-ratelimit-reset-tokens"].flatMap(goDuration).flatMap(hint)),
    (headers["anthropic-ratelimit-requests-remaining"], untilReset(headers["anthropic-ratelimit-requests-reset"], headers)),
    (headers["anthropic-ratelimit-tokens-remaining"], untilReset(headers["anthropic-ratelimit-tokens-reset"], headers)),
    (headers["anthropic-ratelimit-input-tokens-remaining"], untilReset(headers["anthropic-ratelimit-input-tokens-reset"], headers)),
    (headers["anthropic-ratelimit-output-tokens-remaining"], untilReset(headers["anthropic-ratelimit-output-tokens-reset"], headers)),
  ]
  // The limit that is used up is the one to wait for; where none says so, the longest.
  let spent = resets.filter { $0.remaining == "0" && $0.wait != nil }
  return (spent.isEmpty ? resets : spent).compactMap(\.wait).max()
}

private func hint(seconds: Double) -> Duration? {
  guard seconds >= 0, seconds <= 7 * 86400 else { return nil }
  return .microseconds(Int64((seconds * 1_000_000).rounded(.up)))
}

private func untilReset(_ text: String?, _ headers: HTTPHeaders) -> Duration? {
  guard let text, let at = internetTime(text), let now = headers["date"].flatMap(httpDate) else { return nil }
  return hint(seconds: at - now)
}

/// Seconds in `6m0s`, `120ms`, `1h2m3.5s`, or a bare number of seconds.
func goDuration(_ text: String) -> Double? {
  if let seconds = plainNumber(text) { return seconds }
  let units: [String: Double] = ["h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
  var rest = text[...], total = 0.0
  while !rest.isEmpty {
    let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    rest = rest.dropFirst(digits.count)
    let unit = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(unit.count)
    guard let number = plainNumber(digits), let factor = units[String(unit)] else { return nil }
    total += number * factor
  }
  return text.isEmpty ? nil : total
}

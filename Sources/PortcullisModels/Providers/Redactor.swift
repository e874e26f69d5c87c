import PortcullisCore

/// Takes secrets out of what endpoints send back.
struct Redactor: Sendable {
  private let needles: [[UInt8]]

  /// Values shorter than 8 bytes are the stand-ins that local servers ask for (`none`, `test`), and are words of answers too.
  init(_ secrets: [Secret]) {
    let values = secrets.map { Array($0.value.utf8) }.filter { $0.count >= 8 }
    needles = values.flatMap { [$0, base64($0), percentEncoded($0)] }.sorted { $0.count > $1.count }
  }

  /// Without the secrets themselves, and their Base64 and percent-encoded forms.
  func withoutValues(_ text: String) -> String {
    var text = text
    for needle in needles {
      if let cleaned = replaced(needle, in: text) { text = cleaned }
    }
    return text
  }

  /// Every text of an answer without the secrets: an endpoint may echo a key in any of them.
  func redacted(_ completion: Completion) -> Completion {
    guard !needles.isEmpty else { return completion }
    var clean = completion
    clean.text = completion.text.map(withoutValues)
    clean.refusal = completion.refusal.map(withoutValues)
    clean.servedModel = completion.servedModel.map(withoutValues)
    clean.responseID = completion.responseID.map(withoutValues)
    clean.toolCalls = completion.toolCalls.map { ToolCall(name: withoutValues($0.name), arguments: redacted($0.arguments)) }
    if case .other(let word) = completion.finish { clean.finish = .other(withoutValues(word)) }
    return clean
  }

  private func redacted(_ value: JSON) -> JSON {
    switch value {
    case .null, .bool, .number: value
    case .string(let text): .string(withoutValues(text))
    case .array(let values): .array(values.map(redacted))
    case .object(let object): .object(object.members.map { (withoutValues($0.name), redacted($0.value)) })
    }
  }

  /// Without the secrets and without anything shaped like a key (error texts quote the keys of others too), and only then cut: the
  /// message to 300 characters, what was received to 4 KB.
  func redacted(_ failure: CallFailure) -> CallFailure {
    func clean(_ text: String) -> String { withoutKeyShapes(withoutValues(text)) }
    let message = clean(failure.message)
    return CallFailure(
      failure.kind, message.count > 300 ? message.prefix(299) + "…" : message, status: failure.status, retryAfter: failure.retryAfter,
      mayBeBilled: failure.mayBeBilled, received: failure.received.map { String(decoding: clean($0).utf8.prefix(4096), as: UTF8.self) })
  }
}

private let stars = Array("***".utf8)

private func replaced(_ needle: [UInt8], in text: String) -> String? {
  var text = text
  return text.withUTF8 { bytes -> String? in
    var out: [UInt8] = []
    var start = 0, place = 0
    while place + needle.count <= bytes.count {
      guard bytes[place] == needle[0], bytes[place..<(place + needle.count)].elementsEqual(needle) else {
        place += 1
        continue
      }
      out += bytes[start..<place]
      out += stars
      place += needle.count
      start = place
    }
    return start == 0 ? nil : String(decoding: out + bytes[start...], as: UTF8.self)
  }
}

/// `sk-…`, `Bearer …` and the like, from 12 characters of key up.
private func withoutKeyShapes(_ text: String) -> String {
  func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"): true
    default: false
    }
  }
  var bytes = Array(text.utf8)
  for prefix in ["sk-", "Bearer ", "bearer ", "xai-", "gsk_", "AIza", "hf_", "ghp_", "AKIA"].map({ Array($0.utf8) }) {
    var place = 0
    while place + prefix.count <= bytes.count {
      guard bytes[place] == prefix[0], bytes[place..<(place + prefix.count)].elementsEqual(prefix) else {
        place += 1
        continue
      }
      let start = place + prefix.count
      let end = bytes[start...].firstIndex { !isKeyByte($0) } ?? bytes.count
      if end - start >= 12 { bytes.replaceSubrange(start..<end, with: stars) }
      place = start
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func base64(_ bytes: [UInt8]) -> [UInt8] {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var out: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0...group.count { out.append(alphabet[bits >> (18 - 6 * place) & 63]) }
    out += repeatElement(UInt8(ascii: "="), count: 3 - group.count)
  }
  return out
}

private func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
  let digits = Array("0123456789ABCDEF".utf8)
  return bytes.flatMap { byte -> [UInt8] in
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"): [byte]
    default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}

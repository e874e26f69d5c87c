import PortcullisCore

/// Marks off text that somebody else wrote, so that a judge reads it as data and nothing in it can end the fence or pose as
/// another speaker.
struct Fence {
  /// Unguessable by whoever wrote the text.
  let nonce: String

  /// A block with a title; the title is ours.
  func block(_ title: String, _ text: String) -> String {
    "<<<\(nonce) \(title)\n\(escaped(text))\n\(nonce)>>>\n"
  }

  /// The text with a backslash in everything that chat formats take for the mark of a speaker or of an end, the nonce
  /// replaced, and characters that show nothing or turn the line around written out.
  func escaped(_ text: String) -> String {
    let bytes = Array(printable(text).utf8), nonce = Array(nonce.utf8)
    var out = [UInt8]()
    out.reserveCapacity(bytes.count + 64)
    var place = 0, isLineStart = true
    while place < bytes.count {
      if isLineStart, let colon = roleColon(bytes, from: place) {
        out.append(contentsOf: bytes[place..<colon])
        out.append(UInt8(ascii: "\\"))
        place = colon
      }
      isLineStart = bytes[place] == UInt8(ascii: "\n")
      if bytes[place...].starts(with: nonce) {
        out.append(contentsOf: "[fence]".utf8)
        place += nonce.count
        continue
      }
      out.append(bytes[place])
      if Self.markers.contains(where: { startsIgnoringCase(bytes[place...], with: $0) }) { out.append(UInt8(ascii: "\\")) }
      place += 1
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Beginnings and ends of speakers in the chat formats of open models, and of our own fence.
  private static let markers: [[UInt8]] = [
    "<|", "|>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>", "<start_of_turn>", "<end_of_turn>", "<system>", "</system>",
    "<user>", "</user>", "<assistant>", "</assistant>", "<<<", ">>>",
  ].map { Array($0.lowercased().utf8) }

  private static let roles: [[UInt8]] = [
    "system", "user", "assistant", "human", "developer", "tool", "instruction", "instructions", "response", "judge", "grader",
  ].map { Array($0.utf8) }

  /// The colon of a line such as `### System:` or `**Assistant**:`.
  private func roleColon(_ bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    func skip(_ set: String) {
      while place < bytes.count, set.utf8.contains(bytes[place]) { place += 1 }
    }
    skip(" \t#>*_-")
    guard let role = Self.roles.first(where: { startsIgnoringCase(bytes[place...], with: $0) && !isLetter(bytes, place + $0.count) }) else {
      return nil
    }
    place += role.count
    skip(" \t*_")
    return place < bytes.count && bytes[place] == UInt8(ascii: ":") ? place : nil
  }

  private func isLetter(_ bytes: [UInt8], _ place: Int) -> Bool {
    place < bytes.count && 0x61...0x7A ~= bytes[place] | 0x20
  }
}

private func startsIgnoringCase(_ bytes: ArraySlice<UInt8>, with lowered: [UInt8]) -> Bool {
  guard bytes.count >= lowered.count else { return false }
  for (byte, wanted) in zip(bytes, lowered) {
    let folded = 0x41...0x5A ~= byte ? byte | 0x20 : byte
    if folded != wanted { return false }
  }
  return true
}

/// Line ends as line feeds; other controls, bidi overrides and tag characters as escapes. Joiners stay: Persian and emoji need them.
private func printable(_ text: String) -> String {
  var out = String.UnicodeScalarView()
  var isAfterReturn = false
  for scalar in text.unicodeScalars {
    defer { isAfterReturn = scalar == "\r" }
    switch scalar.value {
    case 0x0A: if !isAfterReturn { out.append(scalar) }
    case 0x0D: out.append("\n")
    case 0x09, 0x200B...0x200D, 0x2060, 0xFEFF: out.append(scalar)
    default:
      if isHostile(scalar) {
        out.append(contentsOf: visible(String(Character(scalar))).unicodeScalars)
      } else {
        out.append(scalar)
      }
    }
  }
  return String(out)
}

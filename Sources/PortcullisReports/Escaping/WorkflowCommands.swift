/// `text` for the log of a GitHub runner, which obeys lines such as `::add-mask::` and `##[error]`, wherever they come from: commands are
/// switched off before it and on again after it.
///
/// - Parameter token: Random, from the caller, at least 16 letters and digits. Should the text hold it all the same, it is taken out there.
package func workflowCommandSafe(_ text: String, token: String) -> String {
  precondition(token.utf8.count >= 16 && token.utf8.allSatisfy(isLetterOrDigit), "a stop token needs 16 letters or digits")
  let body = removing(token, from: text)
  return "::stop-commands::\(token)\n\(body)\(body.hasSuffix("\n") ? "" : "\n")::\(token)::\n"
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
  default: false
  }
}

/// Without every occurrence of `token`, in any case of its letters: the runner compares without regard to it.
private func removing(_ token: String, from text: String) -> String {
  let needle = Array(token.lowercased().utf8)
  let bytes = Array(text.utf8)
  func lowered(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
  var out = [UInt8]()
  out.reserveCapacity(bytes.count)
  for byte in bytes {
    out.append(byte)
    // Looking back, so that what a removal brings together is seen as well.
    if out.count >= needle.count, zip(out.suffix(needle.count), needle).allSatisfy({ lowered($0) == $1 }) { out.removeLast(needle.count) }
  }
  return String(decoding: out, as: UTF8.self)
}

import PortcullisCore
import Testing

@Suite struct JSONReading {
  @Test(arguments: [
    ("{\"a\": [1, -2.5e3, true, null, \"x\"]}", "{\"a\":[1,-2500,true,null,\"x\"]}"),
    (" 0 ", "0"), ("\"\\u00e9\\ud83d\\ude00\\n\"", "\"é😀\\n\""), ("{}", "{}"), ("[]", "[]"),
  ])
  func wellFormedTextIsRead(_ text: String, _ canonical: String) throws {
    #expect(String(decoding: try JSON(parsing: text).canonicalBytes, as: UTF8.self) == canonical)
  }

  // RFC 8259, and the leniencies of Foundation's readers that could let one file mean two things (swift-stack.md §3).
  @Test(arguments: [
    ("", 0, "ends where a value"), ("[1,]", 3, "a value was expected"), ("{\"a\":1,}", 7, "quoted name"),
    ("{\"a\":1,\"a\":2}", 7, "'a' is given twice"),
    ("01", 0, "begin with 0"), ("+5", 0, "a value was expected"), ("NaN", 0, "a value was expected"), ("1e999", 0, "too large"),
    (".5", 0, "a value"),
    ("1.", 2, "after the point"), ("1e", 2, "exponent"), ("tru", 0, "unknown word"), ("\"\\ud800\"", 1, "surrogate"),
    ("\"\\x\"", 1, "unknown escape"),
    ("\"a", 0, "never closed"), ("\"\n\"", 1, "control character"), ("{} {}", 3, "more text"), ("\u{FEFF}1", 0, "a value"),
    ("[1 2]", 3, "','"),
    ("{\"a\" 1}", 5, "':'"), ("{a:1}", 1, "quoted name"), ("\"\\u12g4\"", 5, "hexadecimal"),
  ])
  func malformedTextIsRefusedWithItsPlace(_ text: String, _ offset: Int, _ says: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.offset == offset)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    #expect(throws: JSONError.self) { try JSON(parsing: Array("\"\\n".utf8) + [0xFF, 0x22]) }
  }

  @Test func nestingIsBounded() throws {
    let deep = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
    _ = try JSON(parsing: deep(128))
    #expect(throws: JSONError.self) { try JSON(parsing: deep(129)) }
    #expect(throws: JSONError.self) { try JSON(parsing: deep(100_000)) }
  }

  @Test func twinNamesAreFoundInLargeObjectsToo() {
    let names = (0..<40).map { "\"k\($0)\":1" } + ["\"k7\":2"]
    #expect(throws: JSONError.self) { try JSON(parsing: "{" + names.joined(separator: ",") + "}") }
  }

  @Test func twoSpellingsOfOneCharacterAreTwoNames() throws {
    let value = try JSON(parsing: "{\"\\u00e9\":1,\"e\\u0301\":2}")
    #expect(value["\u{E9}"]?.int == 1)
    #expect(value["e\u{301}"]?.int == 2)
  }

  @Test func longIntegersLoseNothing() throws {
    let value = try JSON(parsing: "12345678901234567890")
    #expect(value.compactText == "12345678901234567890")
    #expect(value.int == nil)
    #expect(try JSON(parsing: "1e2").int == 100)
  }

  @Test func equalityIsOfMeaning() throws {
    #expect(try JSON(parsing: "{\"a\":1,\"b\":2}") == JSON(parsing: "{\"b\":2.0,\"a\":1}"))
    #expect(try JSON(parsing: "9007199254740993") != JSON(parsing: "9007199254740992"))
    #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
  }
}

@Suite struct CanonicalJSON {
  // RFC 8785, appendix B.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
      (0x4340_0000_0000_0000, "9007199254740992"), (0xC340_0000_0000_0000, "-9007199254740992"),
      (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"), (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
      (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
      (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"), (0x41B3_DE43_5555_5553, "333333333.3333332"),
      (0x41B3_DE43_5555_5555, "333333333.3333333"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
      (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func numbersAreWrittenAsTheRFCSays(_ bits: UInt64, _ text: String) {
    #expect(canonicalNumber(Double(bitPattern: bits)) == text)
  }

  // RFC 8785 §3.2.3: sorted by UTF-16 code units.
  @Test func membersAreSortedByUTF16() throws {
    let value = try JSON(parsing: #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#)
    let numbers = value.canonicalBytes.filter { 0x32...0x37 ~= $0 || $0 == 0x31 }.map { $0 }
    let text = String(decoding: value.canonicalBytes, as: UTF8.self)
    #expect(text == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}", "\(numbers)")
  }

  // SHA-256 of the empty text and of "abc": FIPS 180-4 examples.
  @Test func digestsAreThoseOfTheStandard() {
    #expect(Digest(of: "").description == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Digest(of: "abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var stream = DigestStream()
    stream.add(Array("a".utf8))
    stream.add(Array("bc".utf8))
    #expect(stream.finish() == Digest(of: "abc"))
    #expect(Digest(Digest(of: "abc").description) == Digest(of: "abc"))
  }

  // RFC 4231, test case 2.
  @Test func theMessageCodeIsThatOfTheRFC() {
    let code = hmac(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(Digest(bytes: code)?.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func orderAndSpellingChangeNoDigest() throws {
    #expect(try Digest(of: JSON(parsing: "{\"b\":1.0,\"a\":\"\\u0041\"}")) == Digest(of: JSON(parsing: "{ \"a\" : \"A\", \"b\" : 1 }")))
  }
}

import Media
import Testing

@Suite struct PictureSizeTests {
  @Test func readsAsPeopleWriteIt() {
    #expect("\(PictureSize.alpha6000Liveview)" == "640x424")
    #expect(PictureSize(width: 1024, height: 768).description == "1024x768")
  }
}

import { describe, expect, it } from 'vitest';
import { sdpAnswer, sdpOffer } from '../../sip/sdp.ts';

const media = { ip: '127.0.0.5', port: 4000 };

describe('a session description', () => {
  it('offers PCMU and PCMA at the phone', () => {
    const offer = sdpOffer(media).toString();
    expect(offer).toContain('c=IN IP4 127.0.0.5\r\n');
    expect(offer).toContain('m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n');
  });

  it('answers what the offer has of them, in its order', () => {
    const answer = sdpAnswer(Buffer.from('v=0\r\nm=audio 9 RTP/AVP 8 101 0\r\na=x\r\n'), media);
    expect(answer?.toString()).toContain('m=audio 4000 RTP/AVP 8 0\r\n');
  });

  it.each(['v=0\r\nm=audio 9 RTP/AVP 9 18\r\n', 'm=video 9 RTP/AVP 0\r\n', '', 'nonsense'])(
    'has no answer to %j',
    (offer) => {
      expect(sdpAnswer(Buffer.from(offer), media)).toBeUndefined();
    },
  );
});

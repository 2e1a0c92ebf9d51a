"""Tells of connections that ended while something came for us, a line each on standard output: `crossed` where it came after our
end had gone out, `unseen` where it came before, and was not answered.

    python -m harness.crossings DEVICE PORT

It sees each packet of a network device, ours on their way out among them, in the order in which the kernel does.
"""

import socket
import struct
import sys

_ALL, _IPV4, _OUTGOING = 3, 0x0800, 4
_FIN, _SYN = 1, 2
_SO_RCVBUFFORCE = 33


def main() -> None:
    device, port = sys.argv[1], int(sys.argv[2])
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL))
    packets.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
    packets.bind((device, _ALL))
    print("ready", flush=True)
    ended: set[tuple[bytes, int]] = set()
    asked: set[tuple[bytes, int]] = set()
    while True:
        packet, (_, protocol, kind, *_) = packets.recvfrom(128)
        if protocol != _IPV4 or packet[9] != socket.IPPROTO_TCP:
            continue
        header = (packet[0] & 15) * 4
        total = struct.unpack_from(">H", packet, 2)[0]
        source, target = struct.unpack_from(">HH", packet, header)
        payload = total - header - (packet[header + 12] >> 4) * 4
        flags = packet[header + 13]
        if kind == _OUTGOING and source == port:
            peer = (packet[16:20], target)
            if payload > 0:
                asked.discard(peer)
            if flags & _FIN:
                ended.add(peer)
                if peer in asked:
                    print("unseen", flush=True)
        elif target == port:
            peer = (packet[12:16], source)
            if flags & _SYN:
                ended.discard(peer)
                asked.discard(peer)
            elif payload > 0 and peer not in ended:
                asked.add(peer)
            elif payload > 0:
                ended.discard(peer)
                print("crossed", flush=True)


if __name__ == "__main__":
    main()

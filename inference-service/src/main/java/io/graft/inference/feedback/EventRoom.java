package io.graft.inference.feedback;

/** Events that wait for the broker: no more of them, and no more of their bytes, than there is room for. Thread-safe. */
final class EventRoom {

    private final int countMax;
    private final long bytesMax;
    private int count;
    private long bytes;

    EventRoom(int countMax, long bytesMax) {
        this.countMax = countMax;
        this.bytesMax = bytesMax;
    }

    /** Whether there is room for one more; one that is larger than the room enters an empty one. */
    synchronized boolean enter(long sizeBytes) {
        if (count >= countMax || (count > 0 && sizeBytes > bytesMax - bytes)) {
            return false;
        }
        count++;
        bytes += sizeBytes;
        return true;
    }

    synchronized void leave(long sizeBytes) {
        count--;
        bytes -= sizeBytes;
    }

    synchronized int count() {
        return count;
    }
}

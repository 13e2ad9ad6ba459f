package io.graft.inference.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventRoomTest {

    @Test
    void letsNoMoreEventsInThanThereIsRoomFor() {
        // Given
        EventRoom room = new EventRoom(2, 100);

        // When // Then
        assertThat(room.enter(10)).isTrue();
        assertThat(room.enter(10)).isTrue();
        assertThat(room.enter(10)).isFalse();
        room.leave(10);
        assertThat(room.enter(10)).isTrue();
        assertThat(room.count()).isEqualTo(2);
    }

    @Test
    void letsNoMoreBytesInThanThereIsRoomForButOneEventOfAnySize() {
        // Given
        EventRoom room = new EventRoom(10, 100);

        // When // Then
        assertThat(room.enter(1000)).isTrue();
        assertThat(room.enter(1)).isFalse();
        room.leave(1000);
        assertThat(room.enter(60)).isTrue();
        assertThat(room.enter(41)).isFalse();
        assertThat(room.enter(40)).isTrue();
    }
}

"""LeNet-5 in Keras, the same work as le-net.ts: what it took as JSON on stdout. Usage: le_net.py <data folder> <images> <epochs>"""

import gzip
import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import tensorflow as tf
import keras
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(1)
folder, images, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def body(name, header, size):
    with gzip.open(os.path.join(folder, name)) as file:
        return np.frombuffer(file.read()[header : header + images * size], np.uint8)


xs = body("train-images-idx3-ubyte.gz", 16, 784).reshape(images, 28, 28, 1).astype(np.float32) / 255
ys = keras.utils.to_categorical(body("train-labels-idx1-ubyte.gz", 8, 1), 10)
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(6, 5, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(120, activation="relu"),
        layers.Dense(84, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.001), loss="categorical_crossentropy", metrics=["accuracy"])
times = []
for _ in range(epochs):
    cpu, started = time.process_time(), time.perf_counter()
    history = model.fit(xs, ys, epochs=1, batch_size=32, shuffle=False, verbose=0).history
    times.append(
        {
            "wallMs": (time.perf_counter() - started) * 1000,
            "cpuMs": (time.process_time() - cpu) * 1000,
            "loss": float(history["loss"][0]),
        }
    )
print(json.dumps({"epochs": times, "versions": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}))
